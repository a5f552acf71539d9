"""Writes tests/references/seeing.txt: what torch.profiler and torchinfo print, and the texts of lazy modules.

Sections start with a line "=== name"; tests read them as they are. Needs: pip install torch torchinfo.
"""

import pathlib

import torch
from torch import nn
from torch.autograd.profiler_util import EventList, FunctionEventAvg, _build_table
from torchinfo import summary

out = pathlib.Path(__file__).parents[2] / "tests" / "references" / "seeing.txt"
sections = []


def add(name, text):
    # Python 3.11 prints the unit as the name of an enum.
    text = str(text).replace("Units.MEGABYTES", "M")
    sections.append(f"=== {name}\n{text}\n")


# --- Tables of a profile ---------------------------------------------------------------------------------------------


def event(key, count, total, own, memory=0, own_memory=0, flops=0, shapes=None, location=None):
    e = FunctionEventAvg()
    e.key, e.count, e.cpu_time_total, e.self_cpu_time_total = key, count, total, own
    e.cpu_memory_usage, e.self_cpu_memory_usage, e.flops = memory, own_memory, flops
    e.input_shapes = shapes or []
    e.stack = []
    e.node_id = -1
    e.overload_name = ""
    e.device_type = torch.autograd.DeviceType.CPU
    e.is_legacy = False
    e.is_async = False
    e.is_user_annotation = False
    e.cpu_parent = None
    e.use_device = None
    return e


def events():
    return EventList(
        [
            event("ProfilerStep*", 3, 5012345.25, 1234.5, 4096, 0),
            event("linear", 6, 2500.125, 2500.125, 3 << 20, 3 << 20, 2_500_000, [[8, 4], [3, 4], [3]]),
            event("relu", 3, 0.75, 0.75, -512, -512, 0, [[8, 3]]),
            event("a name that is longer than what the first column can hold, by far", 1, 12.0, 6.0, 5 << 30, 1, 1200),
        ]
    )


add("table", _build_table(events()))
add("table sorted", _build_table(events(), sort_by="cpu_time_total", row_limit=3))
add("table by calls", _build_table(events(), sort_by="count", time_unit="ms", header="A header"))
add("table of memory and flops", _build_table(events(), sort_by="self_cpu_memory_usage", profile_memory=True, with_flops=True))

# --- Summaries -------------------------------------------------------------------------------------------------------


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))
        self.blocks = nn.ModuleList([nn.Linear(64, 64), nn.Linear(64, 64)])
        self.shared = nn.Linear(64, 64, bias=False)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(64, 10)
        self.scale = nn.Parameter(torch.ones(10))
        for parameter in self.blocks[1].parameters():
            parameter.requires_grad_(False)

    def forward(self, x):
        h = torch.flatten(self.conv(x), 1)
        for block in self.blocks:
            h = torch.relu(block(h))
        h = self.shared(self.shared(h))
        return self.fc(self.drop(h)) * self.scale


columns = ("input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds", "trainable")
size = (2, 1, 8, 8)
add("summary", summary(Net(), size, verbose=0))
add("summary of all columns", summary(Net(), size, verbose=0, col_names=columns, col_width=16, row_settings=("depth", "var_names")))
add("summary of depth 1", summary(Net(), size, verbose=0, depth=1, col_names=("num_params", "mult_adds")))
add("summary in ascii", summary(Net(), size, verbose=0, row_settings=("ascii_only", "hide_recursive_layers")))
add("summary of parameters", summary(Net(), verbose=0))
quiet = summary(Net(), size, verbose=0, col_names=("kernel_size", "num_params"))
quiet.formatting.verbose = 2
add("summary with rows of parameters", quiet)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.lstm = nn.LSTM(16, 32, 2, batch_first=True)
        self.fc = nn.Linear(32, 1_000_000)

    def forward(self, x):
        return self.fc(self.lstm(self.embedding(x))[0])


add("summary of a tagger", summary(Tagger(), input_data=torch.zeros(3, 7, dtype=torch.long), verbose=0, col_names=columns))

# --- Lazy modules ----------------------------------------------------------------------------------------------------

lazies = {
    "LazyLinear": (nn.LazyLinear(3), (2, 4)),
    "LazyConv1d": (nn.LazyConv1d(4, 3, stride=2, padding=1, groups=2, bias=False), (2, 4, 9)),
    "LazyConv2d": (nn.LazyConv2d(4, 3), (2, 3, 6, 7)),
    "LazyConv2d without a batch": (nn.LazyConv2d(4, 3), (3, 6, 7)),
    "LazyConv3d": (nn.LazyConv3d(4, (1, 2, 3)), (2, 3, 3, 4, 5)),
    "LazyConvTranspose1d": (nn.LazyConvTranspose1d(4, 3, 2), (2, 3, 5)),
    "LazyConvTranspose2d": (nn.LazyConvTranspose2d(4, 3, groups=2), (2, 2, 5, 5)),
    "LazyConvTranspose3d": (nn.LazyConvTranspose3d(2, 2), (2, 3, 2, 2, 2)),
    "LazyBatchNorm1d": (nn.LazyBatchNorm1d(), (4, 5)),
    "LazyBatchNorm2d": (nn.LazyBatchNorm2d(eps=1e-3, momentum=None), (4, 5, 2, 2)),
    "LazyBatchNorm3d": (nn.LazyBatchNorm3d(affine=False), (4, 5, 2, 2, 2)),
    "LazyInstanceNorm1d": (nn.LazyInstanceNorm1d(), (4, 5, 3)),
    "LazyInstanceNorm2d": (nn.LazyInstanceNorm2d(track_running_stats=False), (4, 5, 3, 3)),
    "LazyInstanceNorm3d": (nn.LazyInstanceNorm3d(affine=False), (4, 5, 2, 2, 2)),
}
for name, (module, shape) in lazies.items():
    before = repr(module)
    y = module(torch.ones(shape))
    keys = [f"{key} {tuple(value.shape)}" for key, value in module.state_dict().items()]
    add(name, "\n".join([before, repr(module), *keys, f"gives {tuple(y.shape)}"]))

out.write_text("".join(sections))
