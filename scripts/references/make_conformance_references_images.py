#!/usr/bin/env python3
"""Makes tests/references/conformance_images.safetensors: the samples of tests/conformance/samples_images.cpp, as
make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import os

import torch
import torch.nn.functional as F
from make_conformance_references import integers, results, sample, save_file, values


def last(x):
    """Channels moved to the end."""
    return x.movedim(1, -1)


def first(x):
    return x.movedim(-1, 1)


def convolutions():
    lines, line_kernel = values(2, 4, 9), values(6, 4, 3, seed=1)
    sample("conv1d", "plain", F.conv1d, lines, line_kernel)
    sample("conv1d", "bias_relu", lambda x, w, b: F.relu(F.conv1d(x, w, b, padding=1)), lines, line_kernel, values(6))
    sample("conv1d", "everything", lambda x, w, b: F.conv1d(x, w, b, 2, 3, 2, 2), lines, values(6, 2, 3, seed=1), values(6))
    sample("conv1d", "sides", lambda x, w: F.conv1d(F.pad(x, (2, 0)), w), lines, line_kernel)
    sample("conv1d", "behind", lambda x, w: F.conv1d(F.pad(x, (0, 3)), w, stride=2), lines, line_kernel)
    sample("conv1d", "same", lambda x, w: F.conv1d(x, w, padding="same", dilation=2), lines, line_kernel)
    sample("conv1d", "channels_last", lambda x, w, b: last(F.conv1d(first(x), w, b)), values(2, 9, 4), line_kernel, values(6))
    sample("conv1d", "no_batch", F.conv1d, values(4, 9), line_kernel)
    sample("conv1d", "depthwise", lambda x, w: F.conv1d(x, w, groups=4), lines, values(8, 1, 3))
    volumes, volume_kernel = values(2, 4, 5, 4, 6), values(6, 4, 3, 2, 3, seed=1)
    sample("conv3d", "plain", F.conv3d, volumes, volume_kernel)
    sample("conv3d", "bias_relu", lambda x, w, b: F.relu(F.conv3d(x, w, b, padding=1)), volumes, volume_kernel, values(6))
    sample("conv3d", "everything", lambda x, w, b: F.conv3d(x, w, b, (2, 1, 2), (1, 2, 1), (2, 1, 1), 2), volumes,
           values(6, 2, 3, 2, 3, seed=1), values(6))
    sample("conv3d", "same", lambda x, w: F.conv3d(F.pad(x, (1, 1, 0, 1, 1, 1)), w), volumes, volume_kernel)
    sample("conv3d", "sides", lambda x, w: F.conv3d(F.pad(x, (1, 0, 0, 1, 2, 0)), w), volumes, volume_kernel)
    sample("conv3d", "channels_last", lambda x, w: last(F.conv3d(first(x), w)), values(2, 5, 4, 6, 4), volume_kernel)
    sample("conv3d", "depthwise", lambda x, w: F.conv3d(x, w, padding=1, groups=4), volumes, values(8, 1, 3, 2, 3))
    sample("conv3d", "no_volumes", F.conv3d, values(0, 4, 5, 4, 6), volume_kernel)
    images = values(2, 5, 7, 6)
    sample("depthwise_conv2d", "plain", lambda x, w: F.conv2d(x, w, padding=1, groups=5), images, values(5, 1, 3, 3))
    sample("depthwise_conv2d", "strided", lambda x, w: F.conv2d(x, w, stride=2, padding=1, dilation=(1, 2), groups=5), images,
           values(10, 1, 3, 2))
    sample("depthwise_conv2d", "wide", lambda x, w: F.conv2d(x, w, stride=(1, 2), groups=21), values(3, 21, 5, 6),
           values(21, 1, 2, 4))
    sample("separable_conv2d", "plain", lambda x, d, p: F.conv2d(F.conv2d(x, d, groups=5), p), images, values(10, 1, 3, 2),
           values(3, 10, 1, 1))


def transposed_convolutions():
    lines, line_kernel = values(2, 4, 5), values(4, 3, 3, seed=1)
    sample("conv_transpose1d", "plain", F.conv_transpose1d, lines, line_kernel)
    sample("conv_transpose1d", "everything", lambda x, w, b: F.conv_transpose1d(x, w, b, 3, 2, 1, 2, 2), lines, line_kernel,
           values(6))
    sample("conv_transpose1d", "same", lambda x, w: F.conv_transpose1d(x, w, stride=2)[..., :10], lines, line_kernel)
    sample("conv_transpose1d", "gaps", lambda x, w: F.pad(F.conv_transpose1d(x, w, stride=4), (0, 1)), lines, line_kernel)
    sample("conv_transpose1d", "dilated_output_padding", lambda x, w: F.pad(F.conv_transpose1d(x, w, dilation=3), (0, 2)),
           lines, line_kernel)
    images, kernel = values(2, 4, 4, 5), values(4, 3, 3, 2, seed=1)
    sample("conv_transpose2d", "plain", F.conv_transpose2d, images, kernel)
    sample("conv_transpose2d", "everything",
           lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 3), (1, 0), (1, 2), 2, (1, 2)), images, kernel, values(6))
    sample("conv_transpose2d", "channels_last", lambda x, w, b: last(F.conv_transpose2d(first(x), w, b, stride=2)),
           values(2, 4, 5, 4), kernel, values(3))
    sample("conv_transpose2d", "no_batch", lambda x, w: F.conv_transpose2d(x, w, stride=2), values(4, 4, 5), kernel)
    sample("conv_transpose2d", "depthwise", lambda x, w: F.conv_transpose2d(x, w, stride=2, groups=4), images, values(4, 2, 3, 2))
    sample("conv_transpose2d", "no_images", F.conv_transpose2d, values(0, 4, 4, 5), kernel)
    volumes, volume_kernel = values(2, 4, 3, 2, 4), values(4, 3, 2, 3, 2, seed=1)
    sample("conv_transpose3d", "plain", F.conv_transpose3d, volumes, volume_kernel)
    sample("conv_transpose3d", "everything",
           lambda x, w, b: F.conv_transpose3d(x, w, b, (2, 1, 2), (1, 0, 1), (1, 0, 1), 2, (1, 2, 1)), volumes, volume_kernel,
           values(6))


def pools():
    lines, images, volumes = values(2, 4, 9), values(2, 4, 7, 6), values(2, 3, 5, 6, 4)
    sample("max_pool1d", "plain", lambda x: F.max_pool1d(x, 2), lines)
    sample("max_pool1d", "squared", lambda x: F.max_pool1d(x, 3, 2, 1) ** 2, lines)
    sample("max_pool1d", "channels_last", lambda x: last(F.max_pool1d(first(x), 2)), values(2, 9, 4))
    sample("max_pool1d", "indices", lambda x: F.max_pool1d(x, 3, 2, 1, 1, True, True), lines)
    sample("max_pool2d", "indices", lambda x: F.max_pool2d(x, (3, 2), (2, 3), 1, (1, 2), False, True), images)
    sample("max_pool2d", "no_batch", lambda x: F.max_pool2d(x, 2), values(4, 7, 6))
    sample("max_pool3d", "plain", lambda x: F.max_pool3d(x, 2), volumes)
    sample("max_pool3d", "squared", lambda x: F.max_pool3d(x, (3, 2, 2), (1, 2, 1), (1, 0, 1)) ** 2, volumes)
    sample("max_pool3d", "indices", lambda x: F.max_pool3d(x, 2, 2, 1, 1, True, True), volumes)
    sample("max_pool3d", "channels_last", lambda x: last(F.max_pool3d(first(x), 2)), values(2, 5, 6, 4, 3))
    sample("avg_pool1d", "plain", lambda x: F.avg_pool1d(x, 2), lines)
    sample("avg_pool1d", "padded", lambda x: F.avg_pool1d(x, 3, 2, 1, True, False), lines)
    sample("avg_pool2d", "divisor", lambda x: F.avg_pool2d(x, 3, 2, 1, True, True, 5), images)
    sample("avg_pool3d", "plain", lambda x: F.avg_pool3d(x, 2), volumes)
    sample("avg_pool3d", "padded", lambda x: F.avg_pool3d(x, 3, 2, 1, True, False), volumes)
    sample("avg_pool3d", "divisor", lambda x: F.avg_pool3d(x, 2, 1, 1, False, True, 3), volumes)
    positive = values(2, 4, 7, 6, low=0.2, high=2)
    sample("lp_pool1d", "plain", lambda x: F.lp_pool1d(x, 2, 3, 2), values(2, 4, 9, low=0.2, high=2))
    sample("lp_pool2d", "plain", lambda x: F.lp_pool2d(x, 3, 2), positive)
    sample("lp_pool2d", "even_of_negative", lambda x: F.lp_pool2d(x, 2, (2, 3), 2), images)
    sample("lp_pool3d", "plain", lambda x: F.lp_pool3d(x, 2, 2), values(2, 3, 5, 6, 4, low=0.2, high=2))
    sample("adaptive_avg_pool1d", "uneven", lambda x: F.adaptive_avg_pool1d(x, 4), lines)
    sample("adaptive_avg_pool2d", "even", lambda x: F.adaptive_avg_pool2d(x, (7, 3)), images)
    sample("adaptive_avg_pool2d", "uneven", lambda x: F.adaptive_avg_pool2d(x, (3, 4)), images)
    sample("adaptive_avg_pool2d", "larger", lambda x: F.adaptive_avg_pool2d(x, (9, None)), images)
    sample("adaptive_avg_pool2d", "channels_last", lambda x: last(F.adaptive_avg_pool2d(first(x), (3, 4))), values(2, 7, 6, 4))
    sample("adaptive_avg_pool3d", "uneven", lambda x: F.adaptive_avg_pool3d(x, (2, 4, 3)), volumes)
    sample("adaptive_max_pool1d", "indices", lambda x: F.adaptive_max_pool1d(x, 4, True), lines)
    sample("adaptive_max_pool2d", "indices", lambda x: F.adaptive_max_pool2d(x, (3, 4), True), images)
    sample("adaptive_max_pool2d", "squared", lambda x: F.adaptive_max_pool2d(x, (4, 4)) ** 2, images)
    sample("adaptive_max_pool3d", "indices", lambda x: F.adaptive_max_pool3d(x, (2, 4, 3), True), volumes)
    sample("global_avg_pool1d", "plain", lambda x: x.mean(2), lines)
    sample("global_avg_pool3d", "kept", lambda x: x.mean((2, 3, 4), keepdim=True), volumes)
    sample("global_max_pool1d", "plain", lambda x: x.amax(2), lines)
    sample("global_max_pool3d", "channels_last", lambda x: x.amax((1, 2, 3)), values(2, 5, 6, 4, 3))
    sample("max_unpool1d", "plain", lambda x, i: F.max_unpool1d(x, i, 2), values(2, 4, 4), 2 * torch.arange(4).expand(2, 4, 4) + integers(2, 2, 4, 4))
    sample("max_unpool2d", "sized", lambda x, i: F.max_unpool2d(x, i, 2, output_size=(7, 6)), values(2, 3, 3, 3),
           torch.arange(9).reshape(3, 3).expand(2, 3, 3, 3) * 4)
    sample("max_unpool3d", "no_batch", lambda x, i: F.max_unpool3d(x, i, 2), values(3, 2, 2, 3),
           torch.arange(12).reshape(2, 2, 3).expand(3, 2, 2, 3) * 7)


def resampling():
    lines, images, volumes = values(2, 3, 7), values(2, 3, 5, 6), values(2, 2, 3, 4, 5)
    by_size = {"1d": (lines, 11), "2d": (images, (8, 4)), "3d": (volumes, (5, 3, 8))}
    for mode in ("nearest", "nearest-exact", "area"):
        for axes, (x, size) in by_size.items():
            sample("interpolate", f"{mode}_{axes}", lambda x, s=size, m=mode: F.interpolate(x, s, mode=m), x)
    smooth = {"linear": by_size["1d"], "bilinear": by_size["2d"], "bicubic": by_size["2d"], "trilinear": by_size["3d"]}
    for mode, (x, size) in smooth.items():
        for corners in (False, True):
            sample("interpolate", f"{mode}_{'corners' if corners else 'centres'}",
                   lambda x, s=size, m=mode, c=corners: F.interpolate(x, s, mode=m, align_corners=c), x)
        sample("interpolate", f"{mode}_scale", lambda x, m=mode: F.interpolate(x, scale_factor=1.7, mode=m), x)
    sample("interpolate", "recomputed", lambda x: F.interpolate(x, scale_factor=1.7, mode="linear", recompute_scale_factor=True),
           lines)
    sample("interpolate", "nearest_twice", lambda x: F.interpolate(x, scale_factor=2), images)
    sample("interpolate", "nearest_scales", lambda x: F.interpolate(x, scale_factor=(0.6, 2.3)), images)
    sample("interpolate", "one_corner", lambda x: F.interpolate(x, (1, 3), mode="bilinear", align_corners=True), images)
    for mode in ("bilinear", "bicubic"):
        sample("interpolate", f"{mode}_antialias", lambda x, m=mode: F.interpolate(x, (7, 4), mode=m, antialias=True),
               values(1, 2, 11, 10))
        sample("interpolate", f"{mode}_antialias_corners",
               lambda x, m=mode: F.interpolate(x, (9, 20), mode=m, antialias=True, align_corners=True), values(1, 2, 11, 10))
    sample("interpolate", "channels_last", lambda x: last(F.interpolate(first(x), (8, 4), mode="bilinear")), values(2, 5, 6, 3))
    sample("upsample_bilinear", "plain", lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True), images)
    sample("upsample_nearest", "plain", lambda x: F.interpolate(x, 9), lines)


def rearranged():
    sample("pixel_shuffle", "plain", lambda x: F.pixel_shuffle(x, 2), values(2, 8, 3, 2))
    sample("pixel_shuffle", "no_batch", lambda x: F.pixel_shuffle(x, 3), values(9, 3, 2))
    sample("pixel_unshuffle", "plain", lambda x: F.pixel_unshuffle(x, 2), values(2, 3, 4, 6))
    sample("channel_shuffle", "plain", lambda x: F.channel_shuffle(x, 3), values(2, 6, 3, 2))
    images = values(2, 3, 6, 5)
    sample("unfold", "plain", lambda x: F.unfold(x, (3, 2)), images)
    sample("unfold", "everything", lambda x: F.unfold(x, (2, 3), (2, 1), (1, 2), (1, 2)), images)
    sample("unfold", "no_batch", lambda x: F.unfold(x, 2, stride=2), values(3, 6, 5))
    sample("fold", "plain", lambda x: F.fold(x, (6, 5), (3, 2)), values(2, 12, 16))
    sample("fold", "everything", lambda x: F.fold(x, (6, 5), (2, 3), (2, 1), (1, 2), (1, 2)), values(2, 12, 24))
    sample("fold", "no_batch", lambda x: F.fold(x, 4, 2, stride=2), values(8, 4))


def sampling():
    images, grid = values(2, 3, 5, 6), values(2, 4, 3, 2, low=-1.4, high=1.4)
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                sample("grid_sample", f"{mode}_{padding}_{'corners' if corners else 'edges'}",
                       lambda x, g, m=mode, p=padding, c=corners: F.grid_sample(x, g, m, p, c), images, grid)
    volumes, places = values(2, 2, 3, 4, 5), values(2, 2, 3, 2, 3, low=-1.4, high=1.4)
    for mode in ("bilinear", "nearest"):
        for padding in ("zeros", "border", "reflection"):
            sample("grid_sample", f"volume_{mode}_{padding}",
                   lambda x, g, m=mode, p=padding: F.grid_sample(x, g, m, p, False), volumes, places)
    for corners in (False, True):
        name = "corners" if corners else "edges"
        sample("affine_grid", f"image_{name}", lambda t, c=corners: F.affine_grid(t, (2, 3, 4, 5), c), values(2, 2, 3))
        sample("affine_grid", f"volume_{name}", lambda t, c=corners: F.affine_grid(t, (2, 3, 2, 1, 5), c), values(2, 3, 4))


if __name__ == "__main__":
    convolutions()
    transposed_convolutions()
    pools()
    resampling()
    rearranged()
    sampling()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_images.safetensors"))
