#include "triptych/eager/nn/packed_sequence.h"

#include <algorithm>
#include <numeric>

#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn::utils::rnn {
namespace {

using Numbers = std::vector<std::int64_t>;

Tensor vector_of(const Numbers& numbers, Location where) {
  return from_span(std::span<const std::int64_t>(numbers), {static_cast<std::int64_t>(numbers.size())}, where);
}

Numbers numbers_of(const char* op, const char* what, const Tensor& tensor, Location where) {
  if (!tensor.defined() || tensor.is_symbolic() || tensor.ndim() != 1 || !is_integral(tensor.dtype()))
    throw ArgumentError(op, std::string(what) + " are not a vector of integers",
                        tensor.defined() ? std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text()
                                         : "an undefined tensor",
                        "", where);
  return tensor.to_vector<std::int64_t>();
}

void check_lengths(const char* op, const Numbers& lengths, std::int64_t sequences, std::int64_t steps, Location where) {
  if (static_cast<std::int64_t>(lengths.size()) != sequences)
    throw ArgumentError(op, "there is not one length for each sequence",
                        std::to_string(lengths.size()) + " lengths for " + std::to_string(sequences) + " sequences", "",
                        where);
  for (const std::int64_t length : lengths)
    if (length < 1 || length > steps)
      throw ArgumentError(op, "a length is not between 1 and the number of steps",
                          std::to_string(length) + " of " + std::to_string(steps), "", where);
}

/// For each step how many of the sequences, longest first, have it.
Numbers counts_of_steps(const Numbers& sorted_lengths) {
  Numbers counts(sorted_lengths.empty() ? 0 : static_cast<std::size_t>(sorted_lengths[0]));
  for (std::size_t t = 0; t < counts.size(); ++t)
    counts[t] = std::count_if(sorted_lengths.begin(), sorted_lengths.end(),
                              [&](std::int64_t length) { return length > static_cast<std::int64_t>(t); });
  return counts;
}

}  // namespace

PackedSequence pack_padded_sequence(const Arg& input, const std::vector<std::int64_t>& lengths, bool batch_first,
                                    bool enforce_sorted) {
  constexpr const char* op = "pack_padded_sequence";
  const Location where = input.where();
  const Frame frame(where);
  const Tensor x = batch_first && input.tensor().ndim(where) >= 2 ? transpose(input, 0, 1) : input.tensor();
  if (x.ndim(where) < 2) throw ArgumentError(op, "the input has less than two dimensions", x.shape().text(), "", where);
  const std::int64_t sequences = x.size(1, where);
  check_lengths(op, lengths, sequences, x.size(0, where), where);
  if (sequences == 0) throw ArgumentError(op, "there is no sequence", x.shape().text(), "", where);
  Numbers order(lengths.size()), back(lengths.size()), sorted;
  std::iota(order.begin(), order.end(), 0);
  const auto longer = [&](std::int64_t a, std::int64_t b) {
    return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
  };
  const bool is_sorted = std::is_sorted(order.begin(), order.end(), longer);
  if (enforce_sorted && !is_sorted)
    throw ArgumentError(op, "the lengths do not descend", vector_of(lengths, where).text(),
                        "Sort the sequences, or pass enforce_sorted = false", where);
  std::stable_sort(order.begin(), order.end(), longer);
  for (std::size_t i = 0; i < order.size(); ++i) {
    back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    sorted.push_back(lengths[static_cast<std::size_t>(order[i])]);
  }
  const Numbers counts = counts_of_steps(sorted);
  Numbers rows;
  for (std::size_t t = 0; t < counts.size(); ++t)
    for (std::int64_t n = 0; n < counts[t]; ++n)
      rows.push_back(static_cast<std::int64_t>(t) * sequences + order[static_cast<std::size_t>(n)]);
  PackedSequence packed{index_select(flatten(x, 0, 1), 0, vector_of(rows, where)), vector_of(counts, where)};
  if (!enforce_sorted) {
    packed.sorted_indices = vector_of(order, where);
    packed.unsorted_indices = vector_of(back, where);
  }
  return packed;
}

PackedSequence pack_padded_sequence(const Arg& input, const Tensor& lengths, bool batch_first, bool enforce_sorted) {
  const Frame frame(input.where());
  return pack_padded_sequence(input, numbers_of("pack_padded_sequence", "the lengths", lengths, input.where()),
                              batch_first, enforce_sorted);
}

std::pair<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first, double padding_value,
                                              std::optional<std::int64_t> total_length, Location where) {
  constexpr const char* op = "pad_packed_sequence";
  const Frame frame(where);
  const Numbers counts = numbers_of(op, "batch_sizes", sequence.batch_sizes, where);
  const std::int64_t rows = sequence.data.ndim(where) < 1 ? -1 : sequence.data.size(0, where);
  const std::int64_t steps = static_cast<std::int64_t>(counts.size());
  if (counts.empty() || !std::is_sorted(counts.rbegin(), counts.rend()) || counts.back() < 1 || counts[0] > rows ||
      std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) != rows)
    throw ArgumentError(op, "batch_sizes do not descend and add up to the rows of data",
                        sequence.batch_sizes.text() + " for data of " + sequence.data.shape().text(), "", where);
  const std::int64_t sequences = counts[0], length = total_length.value_or(steps);
  if (length < steps)
    throw ArgumentError(op, "total_length is less than the longest sequence",
                        std::to_string(length) + ", a sequence has " + std::to_string(steps), "", where);
  Numbers places(static_cast<std::size_t>(sequences));  // of the sequences among the sorted ones
  std::iota(places.begin(), places.end(), 0);
  if (sequence.unsorted_indices.defined())
    places = numbers_of(op, "unsorted_indices", sequence.unsorted_indices, where);
  if (static_cast<std::int64_t>(places.size()) != sequences ||
      std::any_of(places.begin(), places.end(), [&](std::int64_t place) { return place < 0 || place >= sequences; }))
    throw ArgumentError(op, "unsorted_indices are not a place for each sequence", sequence.unsorted_indices.text(), "",
                        where);
  Numbers lengths(places.size()), chosen;
  std::int64_t row = 0;
  for (const std::int64_t count : counts) {
    for (std::size_t n = 0; n < places.size(); ++n) {
      const bool there = places[n] < count;
      lengths[n] += there;
      chosen.push_back(there ? row + places[n] : rows);  // row `rows` is the padding
    }
    row += count;
  }
  const Tensor with_padding =
      concat({sequence.data, full_like(sum(sequence.data.detach(), {0}, true), padding_value)}, 0, where);
  Shape padded_shape = sequence.data.shape();
  padded_shape.set(0, sequences);
  padded_shape.insert(0, steps);
  Tensor padded = reshape(index_select(with_padding, 0, vector_of(chosen, where)), padded_shape);
  if (length > steps) {
    std::vector<std::pair<std::int64_t, std::int64_t>> behind(static_cast<std::size_t>(padded.ndim()));
    behind[0].second = length - steps;
    padded = pad(padded, behind, padding_value);
  }
  return {batch_first ? transpose(padded, 0, 1) : padded, vector_of(lengths, where)};
}

std::vector<Tensor> unpad_sequence(const Arg& padded_sequences, const Tensor& lengths, bool batch_first) {
  constexpr const char* op = "unpad_sequence";
  const Location where = padded_sequences.where();
  const Frame frame(where);
  const Tensor& x = padded_sequences.tensor();
  if (x.ndim(where) < 2) throw ArgumentError(op, "the input has less than two dimensions", x.shape().text(), "", where);
  const int batch = batch_first ? 0 : 1;
  const Numbers all = numbers_of(op, "the lengths", lengths, where);
  check_lengths(op, all, x.size(batch, where), x.size(1 - batch, where), where);
  std::vector<Tensor> result;
  for (std::size_t n = 0; n < all.size(); ++n)
    result.push_back(narrow(select(x, batch, static_cast<std::int64_t>(n)), 0, 0, all[n]));
  return result;
}

PackedSequence pack_sequence(const std::vector<Tensor>& sequences, bool enforce_sorted, Location where) {
  const Called called("pack_sequence");
  const Tensor padded = pad_sequence(sequences, false, 0, PaddingSide::right, where);
  Numbers lengths;
  for (const Tensor& sequence : sequences) lengths.push_back(sequence.size(0, where));
  return pack_padded_sequence(Arg(padded, where), lengths, false, enforce_sorted);
}

std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences, Location where) {
  const auto [padded, lengths] = pad_packed_sequence(packed_sequences, false, 0, {}, where);
  return unpad_sequence(Arg(padded, where), lengths);
}

}  // namespace triptych::eager::nn::utils::rnn
