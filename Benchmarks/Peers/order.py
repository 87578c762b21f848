"""Makes the order of an epoch as torch.utils.data.RandomSampler does, and prints what it took as JSON: the peer of
Benchmarks/Growth.

    python3 order.py SAMPLES
"""

import json
import resource
import sys
import time

import torch

torch.set_num_threads(1)
torch.randperm(100).tolist()
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
order = torch.randperm(int(sys.argv[1])).tolist()
seconds = time.perf_counter() - start
memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * unit
print(json.dumps({"seconds": seconds, "memory": memory}))
