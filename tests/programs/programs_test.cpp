// Random programs find faults: ops that are wrong on purpose, each in a way of its own, are found and reduced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chooser.h"
#include "coverage.h"
#include "find.h"
#include "generate.h"
#include "print.h"
#include "triptych/core/memory.h"
#include "triptych/core/op.h"
#include "triptych/core/ops.h"

namespace {

namespace tt = triptych;
using programs::Arguments, programs::Chooser, programs::Operands, programs::Tensors, programs::Word;
using testing::HasSubstr, testing::StartsWith;

void same_shape(tt::Infer& infer) {
  infer.check(infer.dtype(0) == tt::float32, "the dtype is not float32");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

/// Runs `body(x, y, n)`.
template <class F>
void floats(const tt::KernelCall& call, F body) {
  body(call.inputs[0].as<const float>(), call.outputs[0].as<float>(), call.inputs[0].size());
}

// Leaves elements above one as they lie in memory.
const tt::Op unwritten_op{.name = "planted_unwritten", .infer = same_shape, .gradient_stops = true};
const tt::Kernel unwritten{.run = [](const tt::KernelCall& call) {
  floats(call, [](const float* x, float* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
      if (!(x[i] > 1)) y[i] = x[i];
  });
}};

// Cuts its work by the number of threads.
const tt::Op threads_op{.name = "planted_threads", .infer = same_shape, .gradient_stops = true};
const tt::Kernel threads{.run = [](const tt::KernelCall& call) {
  floats(call, [](const float* x, float* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] < 0 && tt::num_threads() == 3 ? x[i] + 0x1p-20f : x[i];
  });
}};

// Takes over its operand's buffer, and reads what it has written.
const tt::Op donated_op{.name = "planted_donated", .infer = same_shape, .gradient_stops = true};
const tt::Kernel donated{.run =
                             [](const tt::KernelCall& call) {
                               floats(call, [](const float* x, float* y, std::int64_t n) {
                                 for (std::int64_t i = 0; i < n; ++i) y[i] = 2 * x[n - 1 - i];
                               });
                             },
                         .donates = 1};

// An attribute is forgotten in the list of fields, so that two of them look the same.
struct Forgotten {
  double factor = 1;
  static constexpr auto fields() { return std::tuple<>(); }
};
const tt::Op forgotten_op{.name = "planted_forgotten",
                          .attributes = &tt::attribute_type<Forgotten>,
                          .infer = same_shape,
                          .gradient_stops = true};
const tt::Kernel forgotten{.run = [](const tt::KernelCall& call) {
  const auto factor = static_cast<float>(call.attributes_as<Forgotten>().factor);
  floats(call, [&](const float* x, float* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = factor * x[i];
  });
}};

// Its gradient depends on whether a graph knows the shape.
const tt::Op gradient_op{.name = "planted_gradient", .infer = same_shape, .gradient = [](tt::Gradient& g) {
                           g.set(0, g.upstream() * (g.input(0).shape().known() ? 2 : 3));
                         }};
const tt::Kernel doubled{.run = [](const tt::KernelCall& call) {
  floats(call, [](const float* x, float* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = 2 * x[i];
  });
}};

void register_all() {
  static const bool once = [] {
    for (const auto& [op, kernel] : {std::pair(&unwritten_op, &unwritten),
                                     {&threads_op, &threads},
                                     {&donated_op, &donated},
                                     {&forgotten_op, &forgotten},
                                     {&gradient_op, &doubled}}) {
      tt::register_op(*op);
      tt::register_kernel(*op, tt::Device::Type::cpu, *kernel);
    }
    return true;
  }();
  static_cast<void>(once);
}

template <const tt::Op& op>
Tensors call(Operands& x, const Arguments&) {
  const tt::Tensor operand = x[0];
  const tt::Arg given(operand);
  return {tt::apply(op, {&given})};
}
Tensors call_forgotten(Operands& x, const Arguments& a) {
  const Forgotten attributes{a.number};
  const tt::Tensor operand = x[0];
  const tt::Arg given(operand);
  return {tt::apply(forgotten_op, {&given}, &attributes)};
}

bool floats_only(Chooser& c) {
  c.choose_number();
  return c.take([](const tt::Tensor& x) { return x.dtype() == tt::float32; });
}

/// The catalogue with a word ten times over.
std::vector<Word> with(const Word& word) {
  std::vector<Word> words = programs::catalogue();
  words.insert(words.end(), words.size() / 15, word);
  return words;
}

/// The word's fault is found in that way and reduced to a few steps.
void expect_found(const Word& word, const std::string& way, int steps) {
  register_all();
  programs::Statistics statistics;
  const std::vector<Word> words = with(word);
  const auto found = programs::find(1, 300, words, programs::ways(), statistics);
  ASSERT_TRUE(found) << word.name << " was not found";
  EXPECT_THAT(found->way.name, HasSubstr(way)) << found->cpp();
  EXPECT_LE(found->program.words(), steps) << found->cpp();
  EXPECT_THAT(found->cpp(), HasSubstr(std::string("= planted::") + (word.name + 8))) << "printed";
  EXPECT_THAT(found->cpp(), StartsWith("// program " + std::to_string(found->number)));
}

}  // namespace

TEST(Programs, FindAnElementThatIsNotWritten) {
  expect_found({"planted_unwritten", floats_only, call<unwritten_op>, "planted::unwritten(x[0])"}, "eager", 1);
}

TEST(Programs, FindThatThreadsMatter) {
  expect_found({"planted_threads", floats_only, call<threads_op>, "planted::threads(x[0])"}, "three threads", 1);
}

TEST(Programs, FindAWrongDonation) {
  expect_found({"planted_donated", floats_only,
                [](Operands& x, const Arguments&) -> Tensors {
                  tt::Tensor operand = x[0];
                  const tt::Arg given(std::move(operand));
                  return {tt::apply(donated_op, {&given})};
                },
                "planted::donated(x[0])"},
               "", 2);  // where operands are handed over, or a graph plans its memory
}

TEST(Programs, FindWhatOnePassBreaks) {
  expect_found({"planted_forgotten", floats_only, call_forgotten, "planted::forgotten(x[0], a.number)"}, "graph", 2);
}

TEST(Programs, FindAGradientThatKnowsTooMuch) {
  expect_found({"planted_gradient", floats_only, call<gradient_op>, "planted::gradient(x[0])"}, "unknown", 1);
}

TEST(Programs, AreTheSameForOneNumber) {
  const auto& ways = programs::ways();
  const auto text = [&](std::uint64_t number) {
    return programs::to_cpp(programs::generate(number, programs::catalogue()), ways[0], "");
  };
  EXPECT_EQ(text(7), text(7));
  EXPECT_NE(text(7), text(8));
}

TEST(Programs, AForgottenOpIsSeen) {
  std::set<std::string> all;
  for (const tt::Op* op : tt::registered_ops()) all.insert(op->name);
  EXPECT_EQ(programs::missing_ops(all), std::vector<std::string>());
  all.erase("tanh");
  EXPECT_EQ(programs::missing_ops(all), std::vector<std::string>{"tanh"});
}
