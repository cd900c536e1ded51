# SPDX-License-Identifier: Apache-2.0
"""safetensors from torch and from numpy: whole files, mapped tensors, slices."""
import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from safetensors import safe_open

from told import inside, tell

torch.manual_seed(0)
tensors = {f"layer.{i}.weight": torch.randn(64 + i, 256) for i in range(20)}
safetensors.torch.save_file(tensors, inside("torch.safetensors"), metadata={"format": "pt"})
tell("load_file", safetensors.torch.load_file(inside("torch.safetensors")))
with open(inside("torch.safetensors"), "rb") as f:
    tell("load", safetensors.torch.load(f.read()))
with safe_open(inside("torch.safetensors"), framework="pt") as f:
    tell("one tensor", f.get_tensor("layer.3.weight"), f.metadata())
    tell("a slice", f.get_slice("layer.5.weight")[10:20, 100:])

arrays = {f"a{i}": np.arange(i * 1000, dtype=np.float32).reshape(i, 1000) for i in range(1, 9)}
safetensors.numpy.save_file(arrays, inside("numpy.safetensors"))
tell("numpy load_file", safetensors.numpy.load_file(inside("numpy.safetensors")))
with safe_open(inside("numpy.safetensors"), framework="np") as f:
    tell("numpy slice", f.get_slice("a7")[2:4])

model = torch.nn.Sequential(torch.nn.Linear(100, 100), torch.nn.Linear(100, 7))
safetensors.torch.save_model(model, inside("model.safetensors"))
safetensors.torch.load_model(model, inside("model.safetensors"))
tell("model", model.state_dict())
