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
