// Operands and arguments, by what functions take: each chooses them for one kind of word; false: nothing fits.
#pragma once

#include "chooser.h"

namespace programs {

// --- Operands, by what functions take ---
bool any_one(Chooser& chooser);
bool floating_one(Chooser& chooser);
bool any_two(Chooser& chooser);
bool floating_two(Chooser& chooser);
bool whole_one(Chooser& chooser);
bool whole_two(Chooser& chooser);
bool with_number(Chooser& chooser);
bool choice(Chooser& chooser);
bool interpolation(Chooser& chooser);
bool one_and_like(Chooser& chooser);
bool sum_to(Chooser& chooser);

// --- Axes and shapes ---
bool axis_of_any(Chooser& chooser);
bool axis_of_floating(Chooser& chooser);
bool reduction(Chooser& chooser);
bool floating_reduction(Chooser& chooser);
bool even_axis(Chooser& chooser);
/// The numbers multiply to the number of elements.
bool reshaped(Chooser& chooser);
bool flattened(Chooser& chooser);
bool new_axis(Chooser& chooser);
bool axes_of_length_one(Chooser& chooser);
bool permuted(Chooser& chooser);
bool two_axes(Chooser& chooser);
/// Two that differ, and a diagonal of them.
bool of_two_axes(Chooser& chooser);
bool windowed(Chooser& chooser);
/// A number of elements, and where they start.
bool strided(Chooser& chooser);
bool expanded(Chooser& chooser);
bool tiled(Chooser& chooser);
bool repeated(Chooser& chooser);
bool rolled(Chooser& chooser);
bool matrix_part(Chooser& chooser);
bool diagonal(Chooser& chooser);
bool joined(Chooser& chooser);
bool stacked(Chooser& chooser);
bool parts(Chooser& chooser);
bool sliced(Chooser& chooser);
bool one_of_axis(Chooser& chooser);
/// An axis with elements, and in `n` how many of them, one at least.
bool some_of_axis(Chooser& chooser);
/// x, and a value for the part of its first axis that start and stop tell.
bool part_and_value(Chooser& chooser);
bool padded(Chooser& chooser);

// --- Indices ---
bool gathered(Chooser& chooser);
bool scattered(Chooser& chooser);
bool selected(Chooser& chooser);
bool added_at(Chooser& chooser);
bool masked(Chooser& chooser);
bool masked_source(Chooser& chooser);
bool indices(Chooser& chooser);
bool table_and_indices(Chooser& chooser);

// --- Products, images, normalization ---
bool product(Chooser& chooser);
/// x (..., in), weight (out, in), bias (out).
bool affine(Chooser& chooser);
/// matmul(x, w) + b: what the compiler fuses.
bool affine_by_hand(Chooser& chooser);
/// New square matrices, one or a batch of them; a.n is their size.
bool square(Chooser& chooser);
/// The same, and columns for them.
bool square_and_columns(Chooser& chooser);
bool convolution(Chooser& chooser);
/// As many channels and pixels as it takes for Winograd's algorithm, which `fast` may choose.
bool wide_convolution(Chooser& chooser);
/// x (n, in, h, w), weight (in, out / groups, kh, kw), bias (out).
bool transposed_convolution(Chooser& chooser);
bool pooling(Chooser& chooser);
/// (n, 4 c, windows) for kernels of 2 x 2 in images of 3 x 4.
bool columns(Chooser& chooser);
/// x (n, c, 3, 3), and places in images of 6 x 6.
bool maxima_and_places(Chooser& chooser);
/// x (n, c, h, w) and a grid (n, ho, wo, 2).
bool image_and_grid(Chooser& chooser);
/// x (n, 4 c, h, w).
bool blocks_of_channels(Chooser& chooser);
bool whole_image(Chooser& chooser);
bool batch(Chooser& chooser);
bool rows(Chooser& chooser);
bool grouped(Chooser& chooser);
bool four_gates(Chooser& chooser);
bool three_gates(Chooser& chooser);
bool one_gate(Chooser& chooser);
bool aligned(Chooser& chooser);

// --- Losses ---
bool labelled(Chooser& chooser);
bool with_target(Chooser& chooser);
bool with_probabilities(Chooser& chooser);

// --- Creation, random numbers, state ---
bool created(Chooser& chooser);
bool drawn(Chooser& chooser);
bool drawn_whole(Chooser& chooser);
bool drawn_like(Chooser& chooser);
bool drawn_by(Chooser& chooser);
bool drawn_by_two(Chooser& chooser);
bool dropped(Chooser& chooser);
bool state_and_value(Chooser& chooser);
bool updated(Chooser& chooser);
bool loss_scale(Chooser& chooser);
bool in_place(Chooser& chooser);
bool filled(Chooser& chooser);

}  // namespace programs
