#include "triptych/core/ops/padding.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor pad_sequence(const std::vector<Tensor>& sequences, bool batch_first, double padding_value,
                    PaddingSide padding_side, Location where) {
  const Frame frame(where);
  const auto fail = [&](const char* wrong, const std::string& given, const char* hint = "") {
    throw ArgumentError("pad_sequence", wrong, given, hint, where);
  };
  if (sequences.empty()) fail("there is no sequence", "an empty list");
  std::int64_t longest = 0;
  for (const Tensor& sequence : sequences) {
    if (!sequence.defined()) fail("a sequence is undefined", "a default-constructed Tensor");
    if (sequence.ndim() == 0) fail("a sequence has no dimensions", "()");
    const Dim length = sequence.shape().dim(0);
    if (!length.known()) fail("a length is unknown", sequence.shape().text(), "Pad what has known lengths");
    longest = std::max(longest, length.raw());
    const Shape &first = sequences[0].shape(), &shape = sequence.shape();
    bool fits = first.rank() == shape.rank();
    for (int axis = 1; fits && axis < shape.rank(); ++axis) fits = !conflict(first.dim(axis), shape.dim(axis));
    if (!fits) fail("the sequences differ in more than their length", first.text() + " and " + shape.text());
  }
  std::vector<Tensor> padded;
  for (const Tensor& sequence : sequences) {
    std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(sequence.ndim()));
    (padding_side == PaddingSide::left ? room[0].first : room[0].second) = longest - sequence.shape().dim(0).raw();
    padded.push_back(pad(sequence, room, padding_value));
  }
  return stack(padded, batch_first ? 0 : 1);
}

Tensor sequence_mask(Arg lengths, std::optional<std::int64_t> maxlen, DType dtype) {
  const Location where = lengths.where();
  const Frame frame(where);
  const Tensor& counts = operand("sequence_mask", lengths);
  if (!is_integral(counts.dtype()))
    throw ArgumentError("sequence_mask", "lengths are not integers", std::string(dtype_name(counts.dtype())),
                        "Convert them with cast(lengths, int64)", where);
  if (!maxlen && counts.is_symbolic())
    throw ArgumentError("sequence_mask", "the largest length is not known in a graph", counts.shape().text(),
                        "Give maxlen", where);
  std::int64_t length = maxlen.value_or(0);
  if (!maxlen)
    for (const std::int64_t count : counts.to_vector<std::int64_t>()) length = std::max(length, count);
  if (length < 0) throw ArgumentError("sequence_mask", "maxlen is negative", std::to_string(length), "", where);
  const DeviceScope beside(counts.device());
  return cast(less(arange(length), unsqueeze(counts, -1)), dtype);
}

}  // namespace triptych
