"""A GoogleTest binary, as CMake's creditreg_test makes it."""

def creditreg_test(name, deps, programs = [], **kwargs):
    """A cc_test that starts in the root of the files it may read.

    Args:
      name: of the test.
      deps: libraries.
      programs: what it starts, as ./bin/NAME.
      **kwargs: cc_test's other fields.
    """
    native.cc_test(
        name = name,
        size = "medium",
        data = ["//:test_files"] + programs + native.glob(
            ["**"],
            exclude = ["**/*.cc", "**/*.h", "CMakeLists.txt", "BUILD.bazel"],
        ),
        local_defines = [
            "CREDITREG_SOURCE_DIR=\\\".\\\"",
            "CREDITREG_BINARY_DIR=\\\".\\\"",
        ],
        deps = deps + ["//third_party/system:gtest_main"],
        **kwargs
    )
