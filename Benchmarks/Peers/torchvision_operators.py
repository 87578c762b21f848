"""Lets the Python part of torchvision load beside a torch that it was not built for: Helios and Lightning import it, and
no workload uses it. It wants its operators declared before it registers what they do without data."""

import importlib.util
import pathlib
import re

import torch


def declare():
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return
    source = pathlib.Path(spec.submodule_search_locations[0], "_meta_registrations.py").read_text()
    names = re.findall(r'register_meta\("(\w+)"\)', source) + re.findall(r"torchvision::(\w+)", source)
    library = torch.library.Library("torchvision", "DEF")
    for name in sorted(set(names)):
        library.define(f"{name}(Tensor input) -> Tensor")
    # Kept, since the declarations go with it.
    declare.library = library


declare()


def load_images():
    """Lets torchvision decode images where its library was built for CUDA and torch was not: libraries without code stand in
    for CUDA's, since nothing of them is called to decode on the CPU. Needs `cc` and `nm`."""
    import ctypes
    import subprocess
    import tempfile

    spec = importlib.util.find_spec("torchvision")
    library = next(pathlib.Path(spec.submodule_search_locations[0]).glob("image*.so"))
    try:
        torch.ops.load_library(str(library))
        return
    except OSError:
        pass
    wanted = subprocess.run(["nm", "-D", "-u", library], check=True, capture_output=True, text=True).stdout.split()
    # Those with a version are of libraries that came with torchvision.
    cpu = ctypes.CDLL(str(pathlib.Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"))
    symbols = [name for name in wanted if "cuda" in name and "@" not in name and not hasattr(cpu, name)]
    with tempfile.TemporaryDirectory() as folder:
        for name, contents in {"c10_cuda": symbols, "torch_cuda": []}.items():
            source = pathlib.Path(folder, f"{name}.c")
            source.write_text("".join(f"char {symbol}[64];\n" for symbol in contents))
            stand_in = source.with_name(f"lib{name}.so")
            subprocess.run(
                ["cc", "-shared", "-fPIC", source, "-o", stand_in, f"-Wl,-soname,{stand_in.name}"], check=True)
            ctypes.CDLL(str(stand_in), ctypes.RTLD_GLOBAL)
        torch.ops.load_library(str(library))
