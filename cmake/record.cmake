# Records every target of the build as JSON, for tools/bazel_sync.py and
# tools/check_layers.py: an array of {kind, name, folder, srcs, hdrs, deps,
# private_deps, labels, programs, grpc}, paths relative to the source root.

function(_creditreg_folder out)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()

function(_creditreg_json_list out)
  set(items)
  foreach(item IN LISTS ARGN)
    list(APPEND items "\"${item}\"")
  endforeach()
  list(JOIN items ", " joined)
  set(${out} "[${joined}]" PARENT_SCOPE)
endfunction()

# Uses the caller's ARG_* variables.
macro(creditreg_record kind)
  _creditreg_record_arguments(${kind})
endmacro()

function(_creditreg_record_arguments kind)
  _creditreg_folder(folder)
  set(fields "\"kind\": \"${kind}\"" "\"name\": \"${ARG_NAME}\""
             "\"folder\": \"${folder}\"")
  foreach(key SRCS HDRS DEPS PRIVATE_DEPS LABELS PROGRAMS)
    _creditreg_json_list(value ${ARG_${key}})
    string(TOLOWER ${key} lower)
    list(APPEND fields "\"${lower}\": ${value}")
  endforeach()
  if(ARG_GRPC)
    list(APPEND fields "\"grpc\": true")
  endif()
  list(JOIN fields ", " line)
  set_property(GLOBAL APPEND PROPERTY CREDITREG_RECORDS "{${line}}")
endfunction()

function(creditreg_write_record path)
  get_property(records GLOBAL PROPERTY CREDITREG_RECORDS)
  list(JOIN records ",\n" joined)
  file(CONFIGURE OUTPUT ${path} CONTENT "[\n${joined}\n]\n" @ONLY)
endfunction()
