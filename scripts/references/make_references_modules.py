#!/usr/bin/env python3
"""Makes tests/references/modules.safetensors and modules.txt with PyTorch (CPU): for each case a module's state, inputs,
outputs, the gradients of the sum of outputs times cos(0), cos(1), ... with respect to inputs and parameters, its buffers after
the call, and what print(module) writes. tests/api_eager/layers_*_test.cpp have the same modules.
"""
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, rnn

warnings.filterwarnings("ignore")
OUT = Path(__file__).resolve().parents[2] / "tests" / "references"
TENSORS, TEXTS = {}, {}


def flat(outputs):
    """The tensors of a nested tuple, in order."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, rnn.PackedSequence):
        return [outputs.data, outputs.batch_sizes]
    return [t for part in outputs if part is not None for t in flat(part)]


def put(name, tensor):
    TENSORS[name] = np.array(tensor.detach().numpy(), order="C")  # a copy: the call may change the buffer


def case(name, make, *inputs, call=None, evaluate=False, grads=9):
    torch.manual_seed(sum(name.encode()))
    module = make()
    for parameter in module.parameters():  # also those that start as zeros or ones
        with torch.no_grad():
            parameter.add_(0.1 * torch.randn_like(parameter))
    if evaluate:
        module.eval()
    TEXTS[name] = str(module)
    inputs = [x() if callable(x) else x for x in inputs]
    for key, value in module.state_dict().items():
        put(f"{name}|state|{key}", value)
    for i, x in enumerate(inputs):
        put(f"{name}|x{i}", x)
    leaves = [x.requires_grad_() if x.is_floating_point() and i < grads else x for i, x in enumerate(inputs)]
    outputs = flat((call or (lambda m, *xs: m(*xs)))(module, *leaves))
    loss = 0
    for i, y in enumerate(outputs):
        put(f"{name}|y{i}", y)
        if y.is_floating_point():
            loss = loss + (y * torch.cos(torch.arange(y.numel(), dtype=torch.float32)).reshape(y.shape)).sum()
    for key, value in module.named_buffers():
        put(f"{name}|after|{key}", value)
    if torch.is_tensor(loss) and loss.requires_grad:
        loss.backward()
        for i, x in enumerate(leaves):
            if x.grad is not None:
                put(f"{name}|gx{i}", x.grad)
        for key, parameter in module.named_parameters():
            if parameter.grad is not None:
                put(f"{name}|g|{key}", parameter.grad)


def x(*shape):
    return lambda: torch.randn(*shape)


def ints(high, *shape):
    return lambda: torch.randint(high, shape)


# --- Recurrent ---
case("RNN", lambda: nn.RNN(3, 4), x(5, 2, 3))
case("RNN_relu", lambda: nn.RNN(3, 4, 2, "relu", batch_first=True), x(2, 5, 3), x(2, 2, 4))
case("RNN_bidirectional", lambda: nn.RNN(3, 4, 2, bias=False, bidirectional=True), x(5, 2, 3), x(4, 2, 4))
case("RNN_unbatched", lambda: nn.RNN(3, 4), x(5, 3), x(1, 4))
case("GRU", lambda: nn.GRU(3, 4, 2), x(5, 2, 3), x(2, 2, 4))
case("GRU_bidirectional", lambda: nn.GRU(3, 4, 1, True, True, 0.0, True), x(2, 5, 3))
case("LSTM", lambda: nn.LSTM(3, 4), x(5, 2, 3))
state = lambda m, x, h, c: m(x, (h, c))
case("LSTM_layers", lambda: nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True), x(2, 5, 3), x(4, 2, 4), x(4, 2, 4),
     call=state)
case("LSTM_proj", lambda: nn.LSTM(3, 4, num_layers=2, proj_size=2), x(5, 2, 3), x(2, 2, 2), x(2, 2, 4), call=state)
case("LSTM_dropout", lambda: nn.LSTM(3, 4, 2, dropout=0.5), x(5, 2, 3), evaluate=True)


def packed(m, x, *h):
    return m(rnn.pack_padded_sequence(x, [2, 5, 3], batch_first=m.batch_first, enforce_sorted=False), *h)


case("LSTM_packed", lambda: nn.LSTM(3, 4, 2, bidirectional=True), x(5, 3, 3), call=packed)
case("GRU_packed", lambda: nn.GRU(3, 4, batch_first=True), x(3, 5, 3), x(1, 3, 4), call=packed)
case("RNN_packed_sorted", lambda: nn.RNN(3, 4), x(5, 3, 3),
     call=lambda m, x: m(rnn.pack_padded_sequence(x, torch.tensor([5, 3, 2]))))
case("RNNCell", lambda: nn.RNNCell(3, 4), x(2, 3), x(2, 4))
case("RNNCell_relu", lambda: nn.RNNCell(3, 4, bias=False, nonlinearity="relu"), x(2, 3))
case("GRUCell", lambda: nn.GRUCell(3, 4), x(2, 3), x(2, 4))
case("LSTMCell", lambda: nn.LSTMCell(3, 4), x(2, 3), x(2, 4), x(2, 4), call=state)

# --- Attention ---
case("MultiheadAttention", lambda: nn.MultiheadAttention(6, 2), x(4, 2, 6), x(5, 2, 6), x(5, 2, 6))
case("MultiheadAttention_self", lambda: nn.MultiheadAttention(6, 3, batch_first=True), x(2, 4, 6),
     call=lambda m, x: m(x, x, x, average_attn_weights=False))
case("MultiheadAttention_fused", lambda: nn.MultiheadAttention(6, 2, bias=False), x(4, 2, 6),
     call=lambda m, x: m(x, x, x, need_weights=False))
case("MultiheadAttention_kv", lambda: nn.MultiheadAttention(6, 2, kdim=3, vdim=4, add_bias_kv=True, add_zero_attn=True),
     x(4, 2, 6), x(5, 2, 3), x(5, 2, 4))
padding = torch.tensor([[False, False, True, False, True], [False, True, False, False, False]])
later = torch.triu(torch.ones(4, 5, dtype=torch.bool), 1)
case("MultiheadAttention_masks", lambda: nn.MultiheadAttention(6, 2, batch_first=True), x(2, 4, 6), x(2, 5, 6),
     call=lambda m, q, k: m(q, k, k, key_padding_mask=padding, attn_mask=later))
case("MultiheadAttention_float_masks", lambda: nn.MultiheadAttention(6, 2), x(4, 2, 6), x(5, 2, 6), x(4, 4, 5),
     call=lambda m, q, k, mask: m(q, k, k, key_padding_mask=padding, attn_mask=mask.detach(), need_weights=False))
case("MultiheadAttention_unbatched", lambda: nn.MultiheadAttention(6, 2), x(4, 6), x(5, 6),
     call=lambda m, q, k: m(q, k, k, key_padding_mask=padding[0]))
case("TransformerEncoderLayer", lambda: nn.TransformerEncoderLayer(6, 2, 8, 0.0), x(4, 2, 6))
case("TransformerEncoderLayer_norm_first",
     lambda: nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, activation="gelu", norm_first=True, batch_first=True, bias=False),
     x(2, 5, 6), call=lambda m, x: m(x, src_key_padding_mask=padding))
case("TransformerDecoderLayer", lambda: nn.TransformerDecoderLayer(6, 2, 8, 0.0, batch_first=True), x(2, 4, 6), x(2, 5, 6),
     call=lambda m, t, memory: m(t, memory, tgt_mask=nn.Transformer.generate_square_subsequent_mask(4),
                                 memory_key_padding_mask=padding, tgt_is_causal=True))
case("TransformerDecoderLayer_norm_first", lambda: nn.TransformerDecoderLayer(6, 2, 8, 0.0, norm_first=True), x(4, 2, 6),
     x(5, 2, 6))
case("TransformerEncoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8, 0.0), 2, nn.LayerNorm(6)),
     x(4, 2, 6), call=lambda m, x: m(x, mask=later[:, :4]))
case("TransformerDecoder", lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(6, 2, 8, 0.0), 2), x(4, 2, 6), x(5, 2, 6))
case("Transformer", lambda: nn.Transformer(6, 2, 1, 2, 8, 0.0), x(5, 2, 6), x(4, 2, 6),
     call=lambda m, s, t: m(s, t, tgt_mask=nn.Transformer.generate_square_subsequent_mask(4)))

# --- Linear, convolutions ---
case("Linear", lambda: nn.Linear(3, 2, bias=False), x(4, 3))
case("Bilinear", lambda: nn.Bilinear(3, 2, 4), x(5, 3), x(5, 2))
case("Conv1d", lambda: nn.Conv1d(4, 6, 3, 2, 1, 1, 2), x(2, 4, 9))
case("Conv1d_circular", lambda: nn.Conv1d(2, 3, 3, padding=2, padding_mode="circular"), x(2, 2, 7))
case("Conv2d_reflect", lambda: nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect", bias=False), x(2, 2, 5, 5))
case("Conv2d_same", lambda: nn.Conv2d(2, 3, (4, 3), padding="same", dilation=2, padding_mode="replicate"), x(1, 2, 8, 7))
case("Conv2d_unbatched", lambda: nn.Conv2d(2, 3, 3), x(2, 5, 5))
case("Conv3d", lambda: nn.Conv3d(2, 3, (2, 3, 2), stride=(1, 2, 1), padding=(1, 0, 1)), x(1, 2, 4, 5, 4))
case("ConvTranspose1d", lambda: nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, 2), x(2, 4, 5))
case("ConvTranspose2d", lambda: nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, dilation=2, bias=False), x(2, 3, 4, 4))
case("ConvTranspose2d_size", lambda: nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1), x(1, 3, 4, 4),
     call=lambda m, x: m(x, output_size=(8, 7)))
case("ConvTranspose3d", lambda: nn.ConvTranspose3d(2, 3, 2, stride=2), x(1, 2, 2, 3, 2))
case("Unfold", lambda: nn.Unfold((2, 3), stride=2), x(1, 2, 6, 7))
case("Fold", lambda: nn.Fold((4, 5), 2), x(1, 8, 12))

# --- Normalisation ---
case("BatchNorm1d", lambda: nn.BatchNorm1d(3), x(5, 3))
case("BatchNorm1d_cumulative", lambda: nn.BatchNorm1d(3, momentum=None), x(5, 3, 2))
case("BatchNorm3d", lambda: nn.BatchNorm3d(2, 1e-3, 0.2), x(2, 2, 2, 3, 2))
case("BatchNorm2d_eval", lambda: nn.BatchNorm2d(2), x(2, 2, 3, 3), evaluate=True)
case("SyncBatchNorm", lambda: nn.SyncBatchNorm(2), x(2, 2, 3), evaluate=True)
case("LayerNorm", lambda: nn.LayerNorm((2, 3)), x(4, 2, 3))
case("GroupNorm", lambda: nn.GroupNorm(2, 4), x(2, 4, 3))
case("GroupNorm_plain", lambda: nn.GroupNorm(2, 4, affine=False), x(2, 4, 3))
case("InstanceNorm1d", lambda: nn.InstanceNorm1d(3), x(2, 3, 4))
case("InstanceNorm2d", lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), x(2, 3, 4, 3))
case("InstanceNorm3d", lambda: nn.InstanceNorm3d(2, affine=True), x(2, 2, 3, 2))
case("RMSNorm", lambda: nn.RMSNorm(4), x(3, 4))
case("RMSNorm_eps", lambda: nn.RMSNorm((2, 4), eps=1e-3), x(3, 2, 4))
case("LocalResponseNorm", lambda: nn.LocalResponseNorm(2), x(2, 5, 3, 3))

# --- Dropout: their texts, and nothing in evaluation ---
for name, size in (("Dropout", (2, 3)), ("Dropout1d", (2, 3, 4)), ("Dropout2d", (2, 3, 2, 2)), ("Dropout3d", (2, 3, 2, 2, 2)),
                   ("AlphaDropout", (2, 3)), ("FeatureAlphaDropout", (2, 3, 4))):
    case(name, lambda: getattr(nn, name)(0.3), x(*size), evaluate=True)

# --- Embeddings ---
case("Embedding", lambda: nn.Embedding(5, 3, padding_idx=1), ints(5, 2, 4))
case("Embedding_max_norm", lambda: nn.Embedding(5, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, sparse=False), ints(4, 2, 4))
case("EmbeddingBag", lambda: nn.EmbeddingBag(5, 3), ints(5, 2, 4))
case("EmbeddingBag_sum", lambda: nn.EmbeddingBag(5, 3, mode="sum", padding_idx=2), ints(5, 6), x(6),
     call=lambda m, i, w: m(i, torch.tensor([0, 2]), w))
case("EmbeddingBag_max", lambda: nn.EmbeddingBag(5, 3, mode="max", include_last_offset=True), ints(5, 6),
     call=lambda m, i: m(i, torch.tensor([0, 2, 6])))

# --- Pools ---
case("MaxPool1d", lambda: nn.MaxPool1d(3, 2, 1), x(1, 2, 8))
case("MaxPool2d", lambda: nn.MaxPool2d(2, ceil_mode=True), x(1, 2, 5, 5))
case("MaxPool3d", lambda: nn.MaxPool3d(2), x(1, 1, 4, 4, 4))
case("MaxPool2d_indices", lambda: nn.MaxPool2d(2, return_indices=True), x(1, 2, 4, 4))
case("AdaptiveMaxPool2d_indices", lambda: nn.AdaptiveMaxPool2d((3, 2), return_indices=True), x(1, 2, 5, 5))
case("MaxUnpool1d", lambda: nn.MaxUnpool1d(2), x(1, 2, 2), lambda: torch.tensor([[[1, 2], [0, 3]]]))
case("MaxUnpool2d", lambda: nn.MaxUnpool2d(2, 2), x(1, 1, 2, 2), lambda: torch.tensor([[[[0, 3], [8, 14]]]]),
     call=lambda m, x, i: m(x, i, output_size=(5, 4)))
case("MaxUnpool3d", lambda: nn.MaxUnpool3d(2), x(1, 1, 1, 1, 2), lambda: torch.tensor([[[[[0, 15]]]]]))
case("AvgPool1d", lambda: nn.AvgPool1d(2), x(1, 2, 6))
case("AvgPool2d", lambda: nn.AvgPool2d(3, 2, 1, False, False), x(1, 2, 5, 5))
case("AvgPool2d_divisor", lambda: nn.AvgPool2d(2, divisor_override=3), x(1, 2, 4, 4))
case("AvgPool3d", lambda: nn.AvgPool3d(2), x(1, 1, 4, 4, 4))
case("LPPool1d", lambda: nn.LPPool1d(2, 3, 2), x(1, 2, 7))
case("LPPool2d", lambda: nn.LPPool2d(3.0, 2), lambda: torch.rand(1, 2, 4, 4))
case("LPPool3d", lambda: nn.LPPool3d(2, 2), x(1, 1, 4, 4, 4))
for n, size in ((1, (5,)), (2, (5, 6)), (3, (4, 5, 6))):
    case(f"AdaptiveAvgPool{n}d", lambda: getattr(nn, f"AdaptiveAvgPool{n}d")(3), x(1, 2, *size))
    case(f"AdaptiveMaxPool{n}d", lambda: getattr(nn, f"AdaptiveMaxPool{n}d")(3), x(1, 2, *size))
case("AdaptiveAvgPool2d_none", lambda: nn.AdaptiveAvgPool2d((None, 4)), x(1, 2, 5, 6))

# --- Padding ---
for n, size in ((1, (5,)), (2, (4, 5)), (3, (3, 4, 5))):
    for name in ("ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad"):
        case(f"{name}{n}d", lambda: getattr(nn, f"{name}{n}d")(2), x(1, 2, *size))
    case(f"ConstantPad{n}d", lambda: getattr(nn, f"ConstantPad{n}d")(1, 3.5), x(1, 2, *size))
case("ReflectionPad2d_sides", lambda: nn.ReflectionPad2d((1, 2, 0, 3)), x(2, 5, 6))
case("ConstantPad2d_int", lambda: nn.ConstantPad2d((1, 0, 2, 1), 2), x(1, 2, 3, 3))

# --- Images ---
case("Upsample", lambda: nn.Upsample(scale_factor=2), x(1, 2, 3, 4))
case("Upsample_bilinear", lambda: nn.Upsample((5, 7), mode="bilinear", align_corners=True), x(1, 2, 3, 4))
case("Upsample_linear", lambda: nn.Upsample(size=6, mode="linear"), x(1, 2, 4))
case("UpsamplingNearest2d", lambda: nn.UpsamplingNearest2d(scale_factor=2), x(1, 2, 3, 3))
case("UpsamplingBilinear2d", lambda: nn.UpsamplingBilinear2d(size=5), x(1, 2, 3, 3))
case("PixelShuffle", lambda: nn.PixelShuffle(2), x(1, 8, 2, 3))
case("PixelUnshuffle", lambda: nn.PixelUnshuffle(2), x(1, 2, 4, 6))
case("ChannelShuffle", lambda: nn.ChannelShuffle(2), x(1, 4, 2, 2))
case("Flatten", lambda: nn.Flatten(), x(2, 3, 4))
case("Unflatten", lambda: nn.Unflatten(1, (2, -1)), x(2, 6))

# --- Activations ---
for name in ("ReLU", "ReLU6", "Sigmoid", "Tanh", "SiLU", "Mish", "SELU", "CELU", "ELU", "LeakyReLU", "GELU", "Hardsigmoid",
             "Hardswish", "Hardtanh", "Hardshrink", "Softshrink", "Tanhshrink", "Softsign", "Softplus", "LogSigmoid", "PReLU", "GLU"):
    case(name, getattr(nn, name), lambda: 3 * torch.randn(2, 4))
case("ReLU_inplace", lambda: nn.ReLU(inplace=True), x(2, 4), call=lambda m, x: m(x * 1))
case("LeakyReLU_inplace", lambda: nn.LeakyReLU(0.2, True), x(2, 4), call=lambda m, x: m(x * 1))
case("Threshold", lambda: nn.Threshold(0.1, 20), x(2, 4))
case("PReLU_channels", lambda: nn.PReLU(3, 0.1), x(2, 3, 2))
case("RReLU", lambda: nn.RReLU(0.1, 0.3), x(2, 4), evaluate=True)
case("Softmax", lambda: nn.Softmax(dim=1), x(2, 4))
case("Softmin", lambda: nn.Softmin(dim=1), x(2, 4))
case("LogSoftmax", lambda: nn.LogSoftmax(dim=-1), x(2, 4))
case("Softmax2d", lambda: nn.Softmax2d(), x(1, 3, 2, 2))

# --- Distances and losses ---
case("CosineSimilarity", lambda: nn.CosineSimilarity(), x(3, 4), x(3, 4))
case("PairwiseDistance", lambda: nn.PairwiseDistance(1, keepdim=True), x(3, 4), x(3, 4))
share = lambda: torch.rand(3, 4) * 0.8 + 0.1
for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "PoissonNLLLoss"):
    case(name, getattr(nn, name), x(3, 4), x(3, 4), grads=1)
case("L1Loss_sum", lambda: nn.L1Loss(reduction="sum"), x(3, 4), x(3, 4))
case("SmoothL1Loss_beta", lambda: nn.SmoothL1Loss(beta=0.5, reduction="none"), x(3, 4), x(3, 4))
case("KLDivLoss", lambda: nn.KLDivLoss(reduction="batchmean"), lambda: torch.log_softmax(torch.randn(3, 4), 1), share, grads=1)
case("BCELoss", lambda: nn.BCELoss(), share, share, grads=1)
case("BCEWithLogitsLoss", lambda: nn.BCEWithLogitsLoss(torch.tensor([1.0, 2, 3, 4]), pos_weight=torch.tensor([0.5, 1, 1, 2])),
     x(3, 4), share, grads=1)
case("CrossEntropyLoss", lambda: nn.CrossEntropyLoss(torch.tensor([1.0, 2, 3, 4]), label_smoothing=0.1), x(3, 4), ints(4, 3))
case("NLLLoss", lambda: nn.NLLLoss(ignore_index=0), x(3, 4), ints(4, 3))
signs = lambda: torch.randint(2, (3, 4)) * 2.0 - 1
sign = lambda: torch.randint(2, (3,)) * 2.0 - 1
case("HingeEmbeddingLoss", lambda: nn.HingeEmbeddingLoss(margin=0.5), x(3, 4), signs, grads=1)
case("SoftMarginLoss", nn.SoftMarginLoss, x(3, 4), signs, grads=1)
case("MultiLabelMarginLoss", nn.MultiLabelMarginLoss, x(2, 4), lambda: torch.tensor([[3, 0, -1, 1], [1, -1, 0, 0]]))
case("MultiLabelSoftMarginLoss", lambda: nn.MultiLabelSoftMarginLoss(), x(3, 4), share, grads=1)
case("MultiMarginLoss", lambda: nn.MultiMarginLoss(2, 0.5), x(3, 4), ints(4, 3))
case("GaussianNLLLoss", lambda: nn.GaussianNLLLoss(full=True), x(3, 4), x(3, 4), share)
case("MarginRankingLoss", lambda: nn.MarginRankingLoss(0.2), x(3), x(3), sign, grads=2)
case("CosineEmbeddingLoss", nn.CosineEmbeddingLoss, x(3, 4), x(3, 4), sign, grads=2)
case("TripletMarginLoss", lambda: nn.TripletMarginLoss(margin=2.0, swap=True), x(3, 4), x(3, 4), x(3, 4))
case("TripletMarginWithDistanceLoss", lambda: nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(1)),
     x(3, 4), x(3, 4), x(3, 4))
case("CTCLoss", lambda: nn.CTCLoss(), lambda: torch.log_softmax(torch.randn(6, 2, 4), 2), lambda: torch.tensor([[1, 2], [3, 0]]),
     call=lambda m, p, t: m(p, t, torch.tensor([6, 5]), torch.tensor([2, 1])))

# --- Containers and parametrizations ---
case("Sequential", lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Sequential(nn.Linear(4, 2))), x(2, 3))


class Containers(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(3, 3) for _ in range(3)] + [nn.Tanh()])
        self.parts = nn.ModuleDict({"out": nn.Linear(3, 2), "act": nn.Sigmoid()})
        self.scales = nn.ParameterList([nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(1, 2))])
        self.shifts = nn.ParameterDict({"a": nn.Parameter(torch.zeros(2)), "b": nn.Parameter(torch.zeros(2))})

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        x = self.parts["act"](self.parts["out"](x))
        return x * self.scales[0] * self.scales[1] + self.shifts["a"] - self.shifts["b"]


case("Containers", Containers, x(2, 3))
case("weight_norm", lambda: parametrizations.weight_norm(nn.Linear(3, 2)), x(4, 3))
case("weight_norm_all", lambda: parametrizations.weight_norm(nn.Linear(3, 2, bias=False), dim=None), x(4, 3))
case("weight_norm_conv", lambda: parametrizations.weight_norm(nn.Conv1d(2, 3, 3), dim=1), x(1, 2, 5))
case("spectral_norm", lambda: parametrizations.spectral_norm(nn.Linear(3, 2)), x(4, 3))
case("spectral_norm_eval", lambda: parametrizations.spectral_norm(nn.ConvTranspose2d(2, 3, 2), n_power_iterations=2), x(1, 2, 3, 3),
     evaluate=True)


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).T


class Doubled(nn.Module):
    def forward(self, w):
        return 2 * w


def own():
    layer = nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    parametrize.register_parametrization(layer, "weight", Doubled())
    parametrize.register_parametrization(layer, "bias", Doubled())
    return layer


case("own_parametrization", own, x(4, 3))

header, offset = {}, 0
KINDS = {"float32": "F32", "int64": "I64", "bool": "BOOL"}
for name, value in TENSORS.items():
    header[name] = {"dtype": KINDS[str(value.dtype)], "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
    offset += value.nbytes
encoded = json.dumps(header).encode()
encoded += b" " * (-len(encoded) % 8)
with open(OUT / "modules.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(encoded)) + encoded)
    for value in TENSORS.values():
        file.write(value.tobytes())
(OUT / "modules.txt").write_text("".join(f"=== {name}\n{text}\n" for name, text in TEXTS.items()))
