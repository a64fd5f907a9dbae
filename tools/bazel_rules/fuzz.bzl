"""A fuzz target as a test, as CMake's creditreg_fuzz makes it by default."""

def creditreg_fuzz(name, deps, **kwargs):
    """A cc_test that replays the target's seed corpus and mutations of it."""
    corpus = "corpus/" + name[:-len("_fuzz")]
    native.cc_test(
        name = name,
        size = "medium",
        # One binary: the driver calls back into the target.
        linkstatic = True,
        data = ["//:test_files"] + native.glob([corpus + "/**"]),
        args = [native.package_name() + "/" + corpus],
        local_defines = ["CREDITREG_SOURCE_DIR=\\\".\\\""],
        deps = deps + ["//tests/fuzz:fuzz_replay"],
        **kwargs
    )
