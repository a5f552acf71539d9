// Every registered op with whole numbers that nobody means well, and with operands that do not belong together: the
// result is an ArgumentError or UnsupportedError at the caller's line, or tensors whose elements are all in their
// storage.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "core/ops/normalization/dropout.h"
#include "core/ops/random/random.h"
#include "core/ops/state/to_device.h"
#include "core/tensor/tensor_impl.h"
#include "runner.h"
#include "triptych/core/init.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops/loss_scaling.h"
#include "triptych/core/ops/update_rules.h"
#include "triptych/core/random.h"

namespace conformance {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                       most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t hostile[] = {least,           -(1LL << 62), -(1LL << 32),    -1,  0, 1, 1LL << 31,
                                    (1LL << 32) + 1, 1LL << 62,    (1LL << 62) + 1, most};

/// A copy of the attributes of an op that the test may change.
class Attributes {
 public:
  Attributes(const tt::AttributeType* type, const void* from) : type_(type) {
    if (!type_) return;
    data_ = ::operator new(type_->size, std::align_val_t(type_->alignment));
    type_->copy(data_, from);
  }
  ~Attributes() {
    if (!data_) return;
    type_->destroy(data_);
    ::operator delete(data_, std::align_val_t(type_->alignment));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const void* get() const { return data_; }
  int count_integers() {
    int count = 0;
    if (data_) type_->visit_integers(data_, [&](std::int64_t&) { ++count; });
    return count;
  }
  /// Sets integer number `place`; an attribute's own check may refuse it.
  void set(int place, std::int64_t value) {
    int next = 0;
    type_->visit_integers(data_, [&](std::int64_t& number) {
      if (next++ == place) number = value;
    });
  }
  std::string text() const {
    std::string text;
    if (data_) type_->print(data_, text);
    return text;
  }

 private:
  const tt::AttributeType* type_;
  void* data_ = nullptr;
};

/// An op with operands and attributes that it takes.
struct Application {
  const tt::Op* op;
  Tensors inputs;
  std::shared_ptr<Attributes> attributes;
  std::size_t outputs = 1;
};

std::string describe(const Application& a, const Tensors& inputs, const Attributes& attributes) {
  std::string text = std::string(a.op->name) + "(";
  for (const Tensor& x : inputs) text += std::string(tt::dtype_name(x.dtype())) + " " + x.shape().text() + ", ";
  return text + attributes.text() + ")";
}

/// All elements lie in the storage.
bool is_sound(const Tensor& tensor) {
  const tt::TensorMeta& meta = tensor.meta();
  if (meta.shape.size() == 0) return true;
  __int128 lowest = tensor.impl()->offset, highest = lowest;
  for (int i = 0; i < meta.shape.rank(); ++i) {
    const __int128 way = static_cast<__int128>(meta.shape[i] - 1) * meta.strides[static_cast<std::size_t>(i)];
    (way < 0 ? lowest : highest) += way;
  }
  const auto elements = static_cast<__int128>(tensor.impl()->storage->bytes / tt::size_of(meta.dtype));
  return lowest >= 0 && highest < elements;
}

/// What is wrong with how the call ends; empty if nothing is.
std::string fault_of(const Application& a, const Tensors& inputs, const Attributes& attributes) {
  Tensors outputs(a.outputs);
  const tt::Location here(__FILE__, __LINE__);
  try {
    tt::apply(*a.op, inputs, attributes.get(), outputs, here);
  } catch (const tt::InternalError& error) {
    return error.what();
  } catch (const tt::Error& error) {
    const std::string text = error.what();
    return error.where().text() == here.text() && text.starts_with("[") ? "" : "at another line: " + text;
  } catch (const std::exception& error) {
    return std::string("an error that is not ours: ") + error.what();
  }
  for (const Tensor& output : outputs) {
    if (!output.defined()) return "an output is undefined";
    if (!is_sound(output)) return "an output reaches outside of its storage: " + output.shape().text();
    if (output.numel() < 1 << 16) static_cast<void>(output.to_vector<double>());
  }
  return "";
}

/// Fresh state for an op that writes its operands, so that one call does not spoil the next.
Tensors copies(const Application& a) {
  if (!a.op->writes) return a.inputs;
  Tensors result;
  for (const Tensor& x : a.inputs) result.push_back(x.clone());
  return result;
}

/// What a child tells.
struct Told {
  std::int64_t calls = 0;  // that were made
  char text[1 << 16] = {};

  void say(const std::string& words) { std::memcpy(text, words.c_str(), std::min(words.size() + 1, sizeof text - 1)); }
};

/// Runs `check` in a child: a crash, a hang or a fault there is a failure with the text of the last case. Adds to
/// `calls`.
template <class Check>
void in_child(const std::string& name, std::int64_t& calls, Check check) {
  void* shared = ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  Told& told = *new (shared) Told;
  const auto note = [&](const std::string& call) {
    ++told.calls;
    told.say(call);
  };
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
#ifdef TRIPTYCH_SANITIZED
    const rlimit seconds{1200, 1200};
#else
    const rlimit seconds{120, 120};
#endif
    ::setrlimit(RLIMIT_CPU, &seconds);
    tt::set_num_threads(1);
    tt::set_memory_limit(tt::statistics().bytes_in_use + (64 << 20));
    std::string faults;
    const auto report = [&](const std::string& call, const std::string& fault) {
      if (faults.size() < sizeof told.text / 2) faults += call + ": " + fault + "\n";
    };
    check(note, report);
    told.say(faults);
    ::_exit(faults.empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status))
    ADD_FAILURE() << name << ": " << ::strsignal(WTERMSIG(status)) << " in " << told.text;
  else
    EXPECT_EQ(WEXITSTATUS(status), 0) << name << ": " << told.text;
  calls += told.calls;
  ::munmap(shared, sizeof(Told));
}

void add(std::map<std::string, std::vector<Application>>& all, Application a) {
  constexpr std::size_t enough = 3;
  auto& known = all[a.op->name];
  const auto shapes = [](const Application& x) { return describe(x, x.inputs, *x.attributes); };
  const bool seen = std::any_of(known.begin(), known.end(), [&](const auto& k) { return shapes(k) == shapes(a); });
  if (known.size() < enough && !seen) known.push_back(std::move(a));
}

/// Applications of every op: the nodes of the samples' graphs and of their gradients, and those of ops without samples.
const std::map<std::string, std::vector<Application>>& applications() {
  static const auto all = [] {
    std::map<std::string, std::vector<Application>> result;
    for (const Sample& sample : all_samples()) {
      const Tensors inputs = cast_floats(reference(sample, "in"), tt::float32);
      const Traced traced = trace(sample, inputs, false, reference(sample, "grad").empty() ? 0 : sample.smooth ? 2 : 1);
      for_each_node(traced, inputs, [&](const tt::Node& node, const Tensors& operands, const Tensors&) {
        if (node.op->name == std::string_view("custom_gradient"))
          return;  // its attributes are made by the library alone
        add(result,
            {node.op, operands, std::make_shared<Attributes>(node.op->attributes, node.attributes), node.output_count});
      });
    }
    const auto make = [&](const char* name, Tensors inputs, const auto& attributes, std::size_t outputs = 1) {
      const tt::Op* op = tt::find_op(name);
      add(result, {op, std::move(inputs), std::make_shared<Attributes>(op->attributes, &attributes), outputs});
    };
    const Tensor state = tt::Generator(1).next_stream(), x = tt::ones({2, 3}), p = tt::full({2, 3}, 0.5);
    for (const char* name : {"random_uniform", "random_normal", "random_truncated_normal"})
      make(name, {state}, tt::RandomAttributes{{2, 3}});
    for (const char* name : {"random_uniform_like", "random_normal_like"})
      make(name, {state, x}, tt::RandomLikeAttributes{});
    make("random_integers", {state}, tt::RandomIntegersAttributes{{2, 3}, -4, 4});
    make("random_bernoulli", {state, p}, tt::RandomLikeAttributes{});
    for (const bool replacement : {false, true})
      make("random_multinomial", {state, p}, tt::RandomMultinomialAttributes{2, replacement});
    for (const char* name : {"random_gamma", "random_poisson"}) make(name, {state, p}, tt::RandomLikeAttributes{});
    make("random_binomial", {state, p, p}, tt::RandomLikeAttributes{});
    make("random_permutation", {state}, tt::RandomPermutationAttributes{5});
    make("dropout", {x, state}, tt::DropoutAttributes{0.5}, 2);
    make("dropout_grad", {x, state}, tt::DropoutAttributes{0.5});
    make("take_draw", {state}, tt::DropoutAttributes{0.5});
    make("to_device", {x}, tt::ToDeviceAttributes{});
    const Tensor lr = tt::full({}, 0.1, tt::float64), step = tt::zeros({}, tt::int64);
    make("sgd_update", {lr, x, x}, tt::SgdUpdate{}, 0);
    make("momentum_update", {lr, x, x, x, step}, tt::MomentumUpdate{}, 0);
    make("adam_update", {lr, x, x, x, x, step}, tt::AdamUpdate{}, 0);
    make("amsgrad_update", {lr, x, x, x, x, x, step}, tt::AdamUpdate{}, 0);
    make("rmsprop_update", {lr, x, x, x, step}, tt::RmspropUpdate{}, 0);
    for (const char* name : {"centered_rmsprop_update", "rmsprop_momentum_update"})
      make(name, {lr, x, x, x, x, step}, tt::RmspropUpdate{}, 0);
    make("centered_rmsprop_momentum_update", {lr, x, x, x, x, x, step}, tt::RmspropUpdate{}, 0);
    make("adagrad_update", {lr, x, x, x, step}, tt::AdagradUpdate{}, 0);
    make("adadelta_update", {lr, x, x, x, x, step}, tt::AdadeltaUpdate{}, 0);
    make("adamax_update", {lr, x, x, x, x, step}, tt::AdamaxUpdate{}, 0);
    make("nadam_update", {lr, x, x, x, x, lr, step}, tt::NadamUpdate{}, 0);
    make("radam_update", {lr, x, x, x, x, step}, tt::RadamUpdate{}, 0);
    make("rprop_update", {lr, x, x, x, x, step}, tt::RpropUpdate{}, 0);
    make("asgd_update", {lr, x, x, x, lr, lr, step}, tt::AsgdUpdate{}, 0);
    make("lion_update", {lr, x, x, x, step}, tt::LionUpdate{}, 0);
    make("ftrl_update", {lr, x, x, x, x, step}, tt::FtrlUpdate{}, 0);
    make("proximal_update", {lr, x, x, step}, tt::ProximalUpdate{}, 0);
    make("proximal_adagrad_update", {lr, x, x, x, step}, tt::ProximalUpdate{}, 0);
    make("schedule_free_update", {lr, x, x, x, x, step}, tt::ScheduleFreeUpdate{}, 0);
    const Tensor scale = tt::full({}, 8.0);
    add(result, {tt::find_op("amp_check_finite_and_unscale"),
                 {scale, x, x},
                 std::make_shared<Attributes>(nullptr, nullptr),
                 3});
    make("amp_update_scale", {scale, step, scale}, tt::AmpUpdateScale{}, 0);
    make("sgd_update", {lr, x, x, scale}, tt::SgdUpdate{}, 0);
    for (const char* name : {"assign", "assign_add", "assign_sub"}) make(name, {x, x}, tt::SgdUpdate{}, 0);
    return result;
  }();
  return all;
}

void with_hostile_integers(const Application& a, const auto& note, const auto& report) {
  const int count = a.attributes->count_integers();
  const auto attempt = [&](std::initializer_list<std::pair<int, std::int64_t>> changes) {
    Attributes attributes(a.op->attributes, a.attributes->get());
    try {
      for (const auto& [place, value] : changes) attributes.set(place, value);
    } catch (const tt::ArgumentError&) {
      return;  // no Shape has such a dimension
    }
    for (const bool empty : {false, true}) {
      Tensors inputs = copies(a);
      if (empty)
        for (Tensor& x : inputs)
          if (x.ndim() > 0) x = tt::slice(x, 0, {0, 0});
      const std::string call = describe(a, inputs, attributes);
      note(call);
      if (const std::string fault = fault_of(a, inputs, attributes); !fault.empty()) report(call, fault);
    }
  };
  for (int i = 0; i < count; ++i)
    for (const std::int64_t first : hostile) {
      attempt({{i, first}});
      for (int k = i + 1; k < count; ++k)
        for (const std::int64_t second : hostile) attempt({{i, first}, {k, second}});
    }
}

void with_foreign_operands(const Application& a, const auto& note, const auto& report) {
  static const std::vector<tt::Shape> shapes = {
      {}, {0}, {1}, {3}, {2, 3}, {3, 2}, {1, 2, 3}, {2, 0, 3}, {1, 1, 1, 1}, {2, 3, 4, 5}, {1, 1, 1, 1, 1, 1, 1, 2}};
  const auto attempt = [&](Tensors inputs) {
    const std::string call = describe(a, inputs, *a.attributes);
    note(call);
    if (const std::string fault = fault_of(a, inputs, *a.attributes); !fault.empty()) report(call, fault);
  };
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    for (const tt::Shape& shape : shapes) {
      Tensors inputs = copies(a);
      inputs[i] = tt::ones(shape, inputs[i].dtype());
      attempt(inputs);
      for (std::size_t k = i + 1; k < inputs.size(); ++k)
        for (const tt::Shape& other : shapes) {
          Tensors both = copies(a);
          both[i] = tt::ones(shape, both[i].dtype());
          both[k] = tt::ones(other, both[k].dtype());
          attempt(std::move(both));
        }
    }
    for (const tt::DType dtype :
         {tt::float32, tt::float64, tt::float16, tt::uint8, tt::int32, tt::int64, tt::boolean}) {
      Tensors inputs = copies(a);
      inputs[i] = tt::ones(inputs[i].shape(), dtype);
      attempt(std::move(inputs));
    }
  }
}

}  // namespace

TEST(HostileSizes, EveryOpWithIntegersIsTried) {
  std::vector<std::string> missing;
  for (const tt::Op* op : tt::registered_ops())
    if (!applications().contains(op->name)) missing.emplace_back(op->name);
  EXPECT_EQ(missing, std::vector<std::string>{"custom_gradient"});
}

TEST(HostileSizes, IntegersEndInAnErrorOrATensor) {
  std::int64_t calls = 0;
  for (const auto& [name, all] : applications())
    in_child(name, calls, [&](const auto& note, const auto& report) {
      for (const Application& a : all) with_hostile_integers(a, note, report);
    });
  EXPECT_GT(calls, 50000);
}

TEST(HostileSizes, OperandsThatDoNotBelongTogetherEndInAnErrorOrATensor) {
  std::int64_t calls = 0;
  for (const auto& [name, all] : applications())
    in_child(name, calls, [&](const auto& note, const auto& report) {
      for (const Application& a : all) with_foreign_operands(a, note, report);
    });
  EXPECT_GT(calls, 20000);
}

}  // namespace conformance
