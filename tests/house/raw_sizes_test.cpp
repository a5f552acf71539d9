// Sizes are multiplied and divided by what checks it. In the definitions of ops, where users' numbers come in, a
// product or quotient of sizes goes through Dim or core/support/checked.h; whatever stands there raw is listed, with
// the reason why it can neither overflow nor divide by zero.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "files.h"
#include "house/code.h"

namespace {

namespace fs = std::filesystem;

struct Operation {
  int line;
  std::string text;  // "left * right"
};

bool is_word(const std::string& code, std::size_t i) {
  const char c = code[i];
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == ':' ||
         (c == '-' && code[i + 1] == '>') || (c == '>' && code[i - 1] == '-');
}

/// The operand that ends before place `end`: names, members, calls and brackets.
std::string operand_before(const std::string& code, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0) {
    if (code[begin - 1] == ')' || code[begin - 1] == ']') {
      int depth = 0;
      do {
        --begin;
        depth += (code[begin] == ')' || code[begin] == ']') - (code[begin] == '(' || code[begin] == '[');
      } while (depth > 0 && begin > 0);
    } else if (is_word(code, begin - 1)) {
      --begin;
    } else {
      break;
    }
  }
  return code.substr(begin, end - begin);
}

std::string operand_after(const std::string& code, std::size_t begin) {
  std::size_t end = begin;
  while (end < code.size()) {
    if (code[end] == '(' || code[end] == '[') {
      int depth = 0;
      do {
        depth += (code[end] == '(' || code[end] == '[') - (code[end] == ')' || code[end] == ']');
        ++end;
      } while (depth > 0 && end < code.size());
    } else if (is_word(code, end)) {
      ++end;
    } else {
      break;
    }
  }
  return code.substr(begin, end - begin);
}

/// Whether an operand is a size: by its name, which is how the sources call sizes.
bool is_size(const std::string& operand) {
  static const std::regex size(
      R"(\b(dims?|shape|sizes?|numel|lengths?|raw|counts?|rank|strides?|steps?|padding|before|after|dilation|kernel|extent)"
      R"(|repeats|depth|total|rows|columns|channels|groups?|height|width|merged|filled|windows|free|n|m|num|shift|area)\b)");
  return std::regex_search(operand, size);
}

/// `dim(...)` gives a Dim, whose arithmetic is checked.
bool is_checked(const std::string& operand) {
  static const std::regex dim(R"(\bdim\([^()]*\)$)");
  return std::regex_search(operand, dim);
}

bool is_literal(const std::string& operand) {
  return !operand.empty() && std::isdigit(static_cast<unsigned char>(operand[0]));
}

/// The raw products and quotients of sizes in a source.
std::vector<Operation> raw_operations(const std::string& source) {
  static const std::regex binary(R"( (\*=?|/=?|%=?)\s)");  // the layout puts spaces around binary operators alone
  const std::string code = code_of(source);
  std::vector<Operation> found;
  for (std::sregex_iterator it(code.begin(), code.end(), binary), end; it != end; ++it) {
    const auto place = static_cast<std::size_t>(it->position());
    std::size_t next = place + it->str().size();
    while (next < code.size() && std::isspace(static_cast<unsigned char>(code[next]))) ++next;
    const std::string left = operand_before(code, place), right = operand_after(code, next), sign = it->str(1);
    const bool product = sign[0] == '*';
    if (!(product ? is_size(left) || is_size(right) : is_size(right))) continue;
    if (is_checked(left) || (product && is_checked(right)) || (!product && is_literal(right))) continue;
    if (right.find("size_of(") == 0) continue;  // bytes of a tensor: Shape::most_elements keeps room for them
    found.push_back({static_cast<int>(1 + std::count(code.begin(), code.begin() + it->position(), '\n')),
                     left + " " + sign + " " + right});
  }
  return found;
}

struct Exception {
  std::string file, reason;
  std::set<std::string> operations;
};
const std::vector<Exception> exceptions = {
    {"conv/channels_last.cpp",
     "the kernel has channels, and the stride is positive",
     {"channels.raw() % inside.raw()", "channels.raw() / inside.raw()", "(length - 1) / stride"}},
    {"conv/convolution.cpp",
     "the attributes were checked: groups and kernels are positive; and a Dim",
     {"weight.dim(0).raw() % attributes.groups", "(length - 1) * window.stride",
      "Shape::most_elements / kernel.raw()"}},
    {"creation/arange.cpp",
     "doubles, and 128 bits; a step of 0 is refused first",
     {"distance / step.to_double()", "(length + stride - (stride > 0 ? 1 : -1)) / stride"}},
    {"creation/arange.h", "doubles, and 128 bits", {"(i) * step.to_double()", "(i) * step.to_int()"}},
    {"creation/spacing.cpp", "doubles", {"numbers * ((stop - start) / static_cast<double>(num))"}},
    {"image/color.cpp", "tensors", {"step * (green - blue)", "step * (blue - red)", "step * (red - green)"}},
    {"image/image_parts.cpp",
     "strides are positive, and what they reach is inside of the axis",
     {"(length - 1) / stride", "(patches - 1) * stride"}},
    {"image/resample.cpp", "a double", {"(length.raw()) * a.scale"}},
    {"image/resize.cpp",
     "tensors and doubles",
     {"(arange(0, out, 1, float64, where) + 0.5 - translation) * step",
      "abs(unsqueeze(places, 1) - arange(0, in, 1, float64, where)) / width",
      "weights / triptych::where(nothing, 1, total)", "arange(0, out, 1, float64, where) * step",
      "clip(overlap, 0) / step"}},
    {"image/unfold.cpp",
     "Dims; and kernels were checked: they are positive",
     {"count * windows", "rows / area", "rows.raw() % area.raw()"}},
    {"indexing/slice.cpp",
     "steps of a tensor, over places inside of it",
     {"(a.starts[i] < 0 ? a.starts[i] + n : a.starts[i]) * stride", "range.step * stride", "range.start * stride"}},
    {"indexing/segment.cpp",
     "tensors",
     {"kept.combined(kept.everywhere(line, 0), Combine::add) / divisor(rows)",
      "segments.combined(segments.everywhere(line, 0), Combine::add) / segments.counts(line)"}},
    {"linalg/pseudoinverse.cpp", "tensors", {"1 / where(counts, x, 1)"}},
    {"loss/cross_entropy.cpp", "tensors", {"terms * reshape(widened(options.weight), shape)"}},
    {"normalization/batch_norm.cpp",
     "c is positive there; and tensors",
     {"n.raw() / c.raw()", "(upstream - expand(shift) - centered * expand(slope)) * expand(gamma * inverse)"}},
    {"pool/fractional_pool.cpp",
     "tensors and doubles, and lengths of one tensor",
     {"(length) * ", "(number + u) * step", "u * step", "places * stride", "stride *= length"}},
    {"pool/max_unpool.cpp", "padding was checked: at most half of the result", {"2 * padding[i]"}},
    {"pool/pool.cpp", "there is a window at least", {"length.raw() / count"}},
    {"reduce/moments.cpp",
     "tensors",
     {"sum(values * weights, axes, true) / total", "sum(square(values - center) * weights, axes, true) / total"}},
    {"shape/pytorch_names.cpp",
     "tensors, doubles, and lengths of one tensor",
     {"maxnorm / (length + 1e-7)", "wide * where(greater(length, maxnorm), maxnorm / (length + 1e-7), 1)",
      "steps * spacing", "sub(slice(given, at, later), slice(given, at, earlier)) / (steps * spacing)",
      "product *= shape.dim(i).value(where)", "(end - start) / step", "(steps + 0.5) * step"}},
    {"shape/split_axis.cpp", "steps of a tensor", {"step *= output.shape.begin()[i]"}},
    {"normalization/layer_norm.cpp", "tensors", {"(g - expand(shift) - normal * expand(slope)) * inverse"}},
    {"normalization/layer_norm.h", "the dimensions of a tensor", {"(i < shape.rank() - axes ? rows : n) *= shape[i]"}},
    {"loss/ctc_loss.cpp",
     "tensors",
     {"counts * 2", "squeeze(logsumexp(stack({gather(alphas, 1, end), before}, 0), {0}), 1) * ",
      "losses / cast(counts, losses.dtype())"}},
    {"normalization/group_norm.cpp", "groups are positive there", {"channels.raw() % groups"}},
    {"normalization/group_norm.h",
     "the dimensions of a tensor, and a number of groups that divides one",
     {"x[1] / groups", "examples * groups", "channels * inner"}},
    {"normalization/normalize.cpp",
     "tensors",
     {"wide / pow(total * (alpha / static_cast<double>(size)) + k, beta)",
      "total * (alpha / static_cast<double>(size))", "wide * (widened(g.tensor()) / length)",
      "widened(g.tensor()) / length", "wide / sum(rows * matmul(matrix, columns))", "rows * matmul(matrix, columns)"}},
    {"normalization/sync_batch_norm.cpp",
     "tensors",
     {"select(sums, 0, 0) / count", "sum_over(over_batch(square(centered))) / count", "var * (count / (count - 1))",
      "count / (count - 1)"}},
    {"sequence/attention.cpp",
     "heads and groups are positive there",
     {"many.raw() % few.raw()", "many.raw() / few.raw()", "both.dim(-1).raw() / attributes.groups"}},
    {"sequence/attention.h", "doubles", {"1 / std::sqrt(static_cast<double>(width))"}},
    {"sequence/embedding_bag.cpp",
     "tensors, and a step below a tensor's length",
     {"unsqueeze(one_each, -1) * sum(zeros_like(bags.rows), {0}, true)", "step *= 2",
      "bags.rows * unsqueeze(widened(factors), -1)"}},
    {"sequence/positions.cpp",
     "tensors",
     {"unsqueeze(from, -1) * pair_frequencies(width.raw(), options.base, wide.dtype(), where)",
      "positions * pair_frequencies(width, base, float64, where)", "pairs * (-2 / static_cast<double>(width))",
      "arange(0, count, 1, float64, where) * "}},
    {"sequence/recurrent_layer.cpp", "Dims", {"dim * count"}},
    {"shape/concat.cpp",
     "count and size are positive there; places in a tensor",
     {"length.raw() % count", "length / count", "length.raw() / count", "(length.raw() - 1) / size",
      "begin * input.strides[static_cast<std::size_t>(axis)]"}},
    {"shape/pad_modes.cpp", "no tensor has more elements than Shape::most_elements", {"step * count"}},
    {"shape/rearrange.cpp",
     "the product of the known dimensions is above 0; the elements of a matrix that Shape::check_size has looked at",
     {"length.raw() % known.raw()", "length.raw() / known.raw()", "(whole - first) * (width(first) + width(whole - 1))",
      "(rows - whole) * columns"}},
    {"shape/windows.cpp",
     "the step is above 0, and what several steps reach is inside of a tensor; infer has looked at strides",
     {"(length.raw() - size) / step", "step * input.strides[at]", "iota_along(upstream, axis) * step",
      "to(arange(0, size[i], 1, int64), x.device()) * (size[i] > 1 ? strides[i] : 0)"}},
    {"shape/reshape.cpp",
     "a view's shapes are those of tensors, and so are the products of some of their dimensions",
     {"step * group", "group *= input.shape.begin()[first--]", "filled * lengths[out]", "step * filled",
      "filled *= lengths[out--]"}},
    {"shape/tril.cpp",
     "the rows of n + 1 elements are a tensor; places in one",
     {"n * n", "row * m", "length * (m + 1)"}},
    {"update/adafactor_update.cpp",
     "tensors and rates",
     {"(value - before) * fresh", "length * update.number(minimum(rate, 1 / sqrt(t)), i)",
      "u * (size / clip(rms(u) / attributes.clip_threshold, 1.0))"}},
    {"update/clip_norm.cpp", "tensors", {"clip_norm / maximum(length, clip_norm)"}},
    {"update/learning_rate.cpp",
     "tensors and rates, and what the options' check left above 0",
     {"number(rate) * pow(decay_rate, quotient(step, decay_steps, staircase))",
      "number(rate) / (quotient(step, decay_steps, staircase) * decay_rate + 1)",
      "quotient(step, decay_steps, staircase) * decay_rate",
      "number(rate) * ((cos(part_of(step, decay_steps) * pi) + 1) * (0.5 * (1 - alpha)) + alpha)",
      "part_of(step, decay_steps) * pi", "(cos(part_of(step, decay_steps) * pi) + 1) * (0.5 * (1 - alpha))",
      "(done - (1 - length) / (1 - t_mul)) / length"}},
    {"update/muon_update.cpp",
     "tensors, rates, and a matrix's sides as doubles",
     {"x / clip(length, a.epsilon)", "x / (length + a.epsilon)", "std::sqrt(std::max(rows, columns)) * a.rms_rate",
      "rows / columns", "0.2 * std::sqrt(std::max(rows, columns))",
      "orthogonal(moved, attributes, rows, columns) * (rate * scale_of(attributes, rows, columns))",
      "rate * scale_of(attributes, rows, columns)"}},
    {"update/update.cpp",
     "numbers of tensors, in groups of two or more",
     {"end % group", "(i - 1) % group", "(p - 1) / group", "count * group", "i * group", "i % group"}},
    {"update/update.h", "groups of two or more", {"(i - 1) % group", "(inputs - 1) % group"}},
    {"window.cpp",
     "Window::check has looked at every number, and leaves room for sums of a few",
     {"(n + stride - 1) / stride", "(free + stride - 1) / stride", "(windows - 1) * stride", "free / stride",
      "(count(length).raw() - 1) * stride"}},
    {"window.cpp", "the dimensions of a tensor", {"step *= shape.begin()[axis]"}},
    {"window.h", "Window::check has looked at both numbers", {"dilation * (size - 1)"}},
};

const Exception* exception_for(const std::string& file, const std::string& operation) {
  for (const Exception& e : exceptions)
    if (e.file == file && e.operations.contains(operation)) return &e;
  return nullptr;
}

}  // namespace

TEST(RawSizes, AreMultipliedNowhereInTheDefinitionsOfOps) {
  const fs::path ops = fs::path(TRIPTYCH_SOURCE_DIR) / "src/core/ops";
  std::set<std::pair<std::string, std::string>> seen;
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(ops)) {
    const std::string path = fs::relative(entry.path(), ops);
    if (!path.ends_with(".h") && !path.ends_with(".cpp")) continue;
    ++files;
    for (const Operation& operation : raw_operations(read_file(entry.path()))) {
      seen.emplace(path, operation.text);
      EXPECT_TRUE(exception_for(path, operation.text)) << "src/core/ops/" << path << ":" << operation.line << ": "
                                                       << operation.text << ": use Dim or core/support/checked.h";
    }
  }
  EXPECT_GT(files, 60) << "the sources were not found";
  for (const Exception& e : exceptions)
    for (const std::string& operation : e.operations)
      EXPECT_TRUE(seen.contains({e.file, operation})) << e.file << ": " << operation << " is not there any more";
}

// The checker itself.
TEST(RawSizes, TheCheckerSees) {
  const auto found = [](const std::string& code) {
    std::vector<std::string> texts;
    for (const Operation& operation : raw_operations(code)) texts.push_back(operation.text);
    return texts;
  };
  using testing::ElementsAre;
  EXPECT_THAT(found("product *= shape[i];"), ElementsAre("product *= shape[i]"));
  EXPECT_THAT(found("const auto n = x.size(0) * x.size(1);"), ElementsAre("x.size(0) * x.size(1)"));
  EXPECT_THAT(found("f(a, attributes.dilation[i] * (k - 1));"), ElementsAre("attributes.dilation[i] * (k - 1)"));
  EXPECT_THAT(found("return a / stride;"), ElementsAre("a / stride"));
  EXPECT_THAT(found("if (x % groups != 0)"), ElementsAre("x % groups"));
  EXPECT_THAT(found("total = in.dim(i).raw() *\n    count;"), ElementsAre("in.dim(i).raw() * count"));
  EXPECT_THAT(found("merged = merged * in.dim(i); half = length / 2; y = upstream * inverse; // n * m\n"),
              ElementsAre());
  EXPECT_THAT(found("const Op* const* shape; f(*shape, &size); \"n * m\";"), ElementsAre());
  EXPECT_THAT(found("count * size_of(dtype)"), ElementsAre());
}
