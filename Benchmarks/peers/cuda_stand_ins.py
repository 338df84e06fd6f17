"""Makes stand-ins for the CUDA libraries that PyTorch's wheel is linked with.

The loader wants each library, and each symbol version in it, though nothing on a processor calls
them. Each stand-in is a shared library of functions that return 1, which CUDA takes as an error. The
CUDA runtime is the real one (2 MB): PyTorch calls it when it is imported, and asks it for devices.
"""

import collections
import os
import pathlib
import re
import subprocess
import sysconfig
import tempfile

# The driver, which the real runtime looks for by itself, and must not find.
DRIVER = "libcuda.so.1"


def lines(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def needs(libraries):
    """The CUDA libraries that some libraries name, and the library of each symbol version."""
    names, owners = set(), {}
    for library in libraries:
        owner = None
        for line in lines("readelf", "-dVW", library):
            if match := re.search(r"\(NEEDED\).*\[(lib(?:cu|nv|nccl).*)\]", line):
                names.add(match[1])
            elif match := re.search(r"Version: .* File: (\S+)", line):
                owner = match[1]
            elif owner and (match := re.search(r"Name: (\S+) ", line)):
                owners[match[1]] = owner
    return names, owners


def main():
    site = pathlib.Path(sysconfig.get_paths()["purelib"])
    folder = site / "nvidia" / "cu13" / "lib"
    libraries = sorted((site / "torch" / "lib").glob("lib*.so*"))
    names, owners = needs(libraries)
    present = {path.name for path in libraries} | {"libcudart.so.13", DRIVER}
    symbols = {name: collections.defaultdict(set) for name in names - present}
    for version, owner in owners.items():
        if owner in symbols:
            symbols[owner][version] = set()
    for library in libraries:
        for line in lines("nm", "-D", "--undefined-only", library):
            symbol, _, version = line.split()[-1].partition("@")
            if owners.get(version) in symbols:
                symbols[owners[version]][version].add(symbol)
            elif not version and re.match("(__)?(cu|nccl|nv)", symbol):
                # The loader takes it from any library in scope, so one of them defines them all.
                symbols["libnccl.so.2"][""].add(symbol)
    with tempfile.TemporaryDirectory() as scratch:
        source, script = pathlib.Path(scratch, "a.c"), pathlib.Path(scratch, "a.map")
        for name, versions in symbols.items():
            functions = sorted(symbol for group in versions.values() for symbol in group)
            source.write_text("".join(f"int {function}(void) {{ return 1; }}\n" for function in functions))
            script.write_text("".join(
                f"{version} {{ global: {' '.join(symbol + ';' for symbol in sorted(group))} }};\n"
                for version, group in versions.items()) or "{};")
            subprocess.run(
                [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-w", "-fno-builtin",
                 f"-Wl,-soname,{name}", f"-Wl,--version-script={script}",
                 "-o", folder / name, source],
                check=True)


main()
