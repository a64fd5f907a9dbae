"""C++ and gRPC code from .proto files, with Debian's protoc."""

_ROOTS = ["proto", "third_party/googleapis"]

def _paths(srcs):
    return " ".join([native.package_name() + "/" + src for src in srcs])

def creditreg_proto(name, srcs, services = [], deps = []):
    """A cc_library of generated code.

    Args:
      name: of the library; NAME_files is the files with all they import.
      srcs: .proto files of this package.
      services: those of srcs that declare a service and get stubs and mocks.
      deps: other creditreg_proto libraries that srcs import.
    """
    root = [r for r in _ROOTS if native.package_name().startswith(r)][0]
    native.filegroup(
        name = name + "_files",
        srcs = srcs + [dep + "_files" for dep in deps],
    )
    hdrs = []
    sources = []
    for src in srcs:
        stem = src[:-len(".proto")]
        hdrs.append(stem + ".pb.h")
        sources.append(stem + ".pb.cc")
        if src in services:
            hdrs += [stem + ".grpc.pb.h", stem + "_mock.grpc.pb.h"]
            sources.append(stem + ".grpc.pb.cc")
    protoc = "/usr/bin/protoc " + " ".join(["-I" + r for r in _ROOTS])
    out = "$(GENDIR)/" + root
    paths = _paths(srcs)
    commands = [protoc + " --cpp_out=" + out + " " + paths]
    if services:
        commands.append(
            protoc + " --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin" +
            " --grpc_out=generate_mock_code=true:" + out + " " +
            _paths(services),
        )
    native.genrule(
        name = name + "_generated",
        srcs = [":" + name + "_files"],
        outs = hdrs + sources,
        # protoc warns about a root without files in the sandbox.
        cmd = "mkdir -p " + " ".join(_ROOTS) + " && " + " && ".join(commands),
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = hdrs,
        strip_include_prefix = "/" + root,
        deps = deps + ["//third_party/system:grpc" if services else "//third_party/system:protobuf"],
    )
