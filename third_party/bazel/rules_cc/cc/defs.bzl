"""Offline stand-in for rules_cc: forwards to Bazel 4.2's native C++ rules.

Bazel's embedded @bazel_tools//tools/cpp loads @rules_cc//cc:defs.bzl, which
would otherwise be downloaded.
"""

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
objc_library = native.objc_library
objc_import = native.objc_import
fdo_prefetch_hints = native.fdo_prefetch_hints
fdo_profile = native.fdo_profile
