#include "run.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "core/graph/graph.h"
#include "core/memory/allocator.h"
#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/session.h"

namespace programs {

void Outcome::add(std::string name, const Tensor& value) {
  names.push_back(std::move(name));
  values.push_back(value);
}

Seen& seen() {
  static Seen all;
  return all;
}

namespace {

bool is_state(const Program& program, const Ref& ref) {
  return program.steps[static_cast<std::size_t>(ref.step)].is_state();
}

Operands operands_of(const Program& program, std::size_t s, Run& run, bool hand_over) {
  Tensors values;
  std::vector<bool> last;
  const std::vector<Ref>& refs = program.steps[s].operands;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    Tensor& value = run.values[static_cast<std::size_t>(refs[i].step)][static_cast<std::size_t>(refs[i].output)];
    const bool once = std::count(refs.begin(), refs.end(), refs[i]) == 1;
    const bool done = hand_over && once && !is_state(program, refs[i]) && program.unused_from(s + 1, refs[i]);
    values.push_back(done ? std::move(value) : value);
    last.push_back(done);
  }
  return {std::move(values), std::move(last)};
}

bool gives_an_operand(const Program& program, const Run& run, std::size_t s, const Tensors& results) {
  for (const Tensor& result : results)
    for (const Ref& ref : program.steps[s].operands)
      if (run.values[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)].is_same(result))
        return true;
  return false;
}

/// Sums of products, whose roundings are as large as the largest of them, wherever a small one comes out: of a
/// convolution by Winograd all the more.
bool is_convolution(const Word& word) { return std::string_view(word.name).find("conv") != std::string_view::npos; }

Tensors jittered(const Tensors& values, double jitter, std::uint32_t seed, bool by_largest) {
  std::minstd_rand engine(seed + 1);
  Tensors result;
  for (const Tensor& value : values) {
    if (!tt::is_floating(value.dtype())) {
      result.push_back(value);
      continue;
    }
    const double unit = value.dtype() == tt::float64    ? 0x1p-52
                        : value.dtype() == tt::float16  ? 0x1p-10
                        : value.dtype() == tt::bfloat16 ? 0x1p-7
                                                        : 0x1p-23;
    std::vector<double> factors(static_cast<std::size_t>(value.numel()));
    for (double& factor : factors) factor = 1 + jitter * unit * (static_cast<double>(engine() % 3) - 1);
    const Tensor scale = by_largest && value.numel() > 0 ? tt::max(tt::abs(value)) : value;
    result.push_back(tt::cast(value + scale * (tt::tensor(factors, value.shape()) - 1), value.dtype()));
  }
  return result;
}

}  // namespace

void run_steps(const Program& program, Run& run, const StepOptions& options) {
  const bool finds_out = run.through.empty();
  if (finds_out) run.through.resize(program.steps.size());
  run.values.assign(program.steps.size(), {});
  std::optional<tt::Autocast> scope;
  program.enter(scope);
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    const Step& step = program.steps[s];
    if (!step.word) {
      run.values[s] = {run.given[s]};
      continue;
    }
    Operands x = operands_of(program, s, run, options.hand_over);
    const bool functional = options.in_graph && step.word->functional && !is_state(program, step.operands[0]);
    if (options.before) options.before(s, x.all());
    Tensors results = (functional ? step.word->functional : step.word->call)(x, step.arguments);
    if (static_cast<int>(results.size()) != step.outputs) throw OtherOutputs();
    if (finds_out) run.through[s] = !step.word->functional && gives_an_operand(program, run, s, results);
    if (run.through[s])
      for (Tensor& result : results) result = tt::identity(result);
    if (options.jitter != 0 && !step.word->functional)
      results = jittered(results, options.jitter, options.jitter_seed + static_cast<std::uint32_t>(s),
                         is_convolution(*step.word));
    if (options.after) options.after(s, results);
    run.values[s] = std::move(results);
  }
}

namespace {

/// While alive, all memory is poisoned before it is handed out.
struct Poisoned {
  explicit Poisoned(bool on) { tt::poison_new_blocks(on); }
  ~Poisoned() { tt::poison_new_blocks(false); }
};

struct Threads {
  explicit Threads(int count) : before(tt::num_threads()) {
    if (count) tt::set_num_threads(count);
  }
  ~Threads() {
    if (tt::num_threads() != before) tt::set_num_threads(before);
  }
  int before;
};

Tensor moved(const Tensor& tensor, tt::Device device) {
  return tensor.defined() && tensor.device() != device ? tt::to(tensor, device) : tensor;
}

/// Upstream gradients that differ from element to element.
Tensors cotangents(const Tensors& like, int seed, tt::Device device) {
  Tensors result;
  for (const Tensor& tensor : like) {
    std::vector<double> values(static_cast<std::size_t>(tensor.numel()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::cos(0.7 * static_cast<double>(i) + seed) + 0.25;
    result.push_back(moved(tt::cast(tt::tensor(values, tensor.shape()), tensor.dtype()), device));
    ++seed;
  }
  return result;
}

std::string name_of(const Ref& ref) {
  return "v" + std::to_string(ref.step) + (ref.output ? "_" + std::to_string(ref.output) : "");
}

Tensors chosen(const Tensors& tensors, const std::vector<std::size_t>& places) {
  Tensors result;
  for (const std::size_t place : places) result.push_back(tensors[place]);
  return result;
}

std::vector<std::size_t> recorded(const Tensors& tensors) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].defined() && tensors[i].requires_grad() && tt::is_floating(tensors[i].dtype())) places.push_back(i);
  return places;
}

Reference run_eager(const Program& program, const EagerRun& how, const std::vector<bool>& through = {}) {
  const Threads threads(how.threads);
  const Poisoned poisoned(how.poisoned);
  const tt::DeviceScope placed(how.device);
  Run run{.through = through};
  Tensors leaves;
  std::vector<std::size_t> leaf_steps;
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    const Step& step = program.steps[s];
    run.given.emplace_back();
    if (step.word) continue;
    run.given[s] = moved(step.value.clone(), how.device);
    if (step.is_state()) tt::mark_state(run.given[s]);
    if (program.order > 0 && step.kind == Kind::fed && tt::is_floating(step.value.dtype())) {
      run.given[s].set_requires_grad();
      leaves.push_back(run.given[s]);
      leaf_steps.push_back(s);
    }
  }
  run_steps(program, run, {.hand_over = how.hand_over, .jitter = how.jitter, .jitter_seed = how.jitter_seed});

  Reference result{.through = run.through};
  Tensors outputs;
  for (const Ref& ref : program.results()) {
    outputs.push_back(run.values[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)]);
    result.outcome.add(name_of(ref), moved(outputs.back().detach(), {}));
  }
  for (std::size_t s = 0; s < program.steps.size(); ++s)
    if (program.steps[s].is_state())
      result.outcome.add("state v" + std::to_string(s), moved(run.given[s].detach(), {}));
  run.values.clear();
  run.given.clear();
  if (program.order == 0 || leaves.empty()) return result;
  result.differentiable = recorded(outputs);
  if (result.differentiable.empty()) return result;
  const Tensors ys = chosen(outputs, result.differentiable);
  outputs.clear();
  result.upstream = cotangents(ys, 0, how.device);
  const Tensors first =
      tt::gradients(ys, leaves, result.upstream, {.create_graph = program.order > 1, .allow_unused = true});
  for (std::size_t i = 0; i < first.size(); ++i)
    result.outcome.add("gradient of v" + std::to_string(leaf_steps[i]),
                       moved(first[i].defined() ? first[i].detach() : first[i], {}));
  if (program.order < 2) return result;
  result.again = recorded(first);
  if (result.again.empty()) return result;
  const Tensors zs = chosen(first, result.again);
  result.upstream_again = cotangents(zs, 11, how.device);
  const Tensors second = tt::gradients(zs, leaves, result.upstream_again, {.allow_unused = true});
  for (std::size_t i = 0; i < second.size(); ++i)
    result.outcome.add("second gradient of v" + std::to_string(leaf_steps[i]), moved(second[i], {}));
  return result;
}

tt::Shape placeholder_shape(tt::Shape shape, Unknown unknown) {
  for (int axis = 0; axis < (unknown == Unknown::all     ? shape.rank()
                             : unknown == Unknown::first ? std::min(1, shape.rank())
                                                         : 0);
       ++axis)
    shape.set(axis, tt::unknown);
  return shape;
}

/// Every step on the device, and again on the CPU with the values that its operands had there; gives what the device
/// gave. What state is afterwards counts as results.
Outcome run_side_by_side(const Program& program, tt::Device device, Outcome& here) {
  const tt::GradMode off(false);
  Outcome there;
  here = {};
  Run run;
  for (const Step& step : program.steps) {
    run.given.push_back(step.word ? Tensor() : moved(step.value.clone(), device));
    if (step.is_state()) tt::mark_state(run.given.back());
  }
  Tensors copies;
  const auto before = [&](std::size_t, const Tensors& operands) {
    copies.clear();
    for (const Tensor& operand : operands) {
      const auto same =
          std::find_if(operands.begin(), operands.end(), [&](const Tensor& x) { return x.is_same(operand); });
      const auto first = static_cast<std::size_t>(same - operands.begin());
      copies.push_back(first < copies.size() ? copies[first] : moved(operand, {}).clone());
      if (operand.flags() & tt::detail::TensorHead::state) tt::mark_state(copies.back());
    }
  };
  const auto after = [&](std::size_t s, const Tensors& results) {
    const Step& step = program.steps[s];
    const tt::DeviceScope on_cpu(tt::Device{});
    Operands x(copies, std::vector<bool>(copies.size()));
    const Tensors expected = step.word->call(x, step.arguments);
    for (std::size_t i = 0; i < results.size(); ++i) {
      there.add(name_of({static_cast<int>(s), static_cast<int>(i)}), moved(results[i], {}).clone());
      here.add(there.names.back(), expected[i].clone());
    }
    for (std::size_t i = 0; i < copies.size(); ++i) {
      const Ref& ref = step.operands[i];
      if (!program.steps[static_cast<std::size_t>(ref.step)].is_state()) continue;
      there.add("state v" + std::to_string(ref.step) + " after v" + std::to_string(s),
                moved(run.given[static_cast<std::size_t>(ref.step)], {}).clone());
      here.add(there.names.back(), copies[i].clone());
    }
  };
  const tt::DeviceScope placed(device);
  run_steps(program, run, {.before = before, .after = after});
  return there;
}

/// A program in a graph.
struct Traced {
  tt::GraphHandle graph;
  Tensors placeholders, fed;
  Outcome symbolic;  // undefined where there is no gradient
  std::vector<std::string> state_names;
  Tensors states;
};

Traced trace(const Program& program, const Reference& reference, const GraphRun& how) {
  Traced traced;
  Run run{.through = reference.through};
  Tensors leaves;
  std::vector<std::size_t> leaf_steps;
  const tt::TracedCall call(traced.graph);
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    const Step& step = program.steps[s];
    run.given.emplace_back();
    if (step.word) continue;
    Tensor& given = run.given[s];
    given = moved(step.value.clone(), how.device);
    if (step.is_state()) {
      tt::mark_state(given);
      traced.states.push_back(given);
      traced.state_names.push_back("state v" + std::to_string(s));
    }
    if (step.kind != Kind::fed) continue;
    const Tensor value = given;
    given = tt::graph_placeholder(traced.graph, "v" + std::to_string(s), value.dtype(),
                                  placeholder_shape(value.shape(), how.unknown), {}, tt::Location::here());
    traced.placeholders.push_back(given);
    traced.fed.push_back(value);
    if (program.order > 0 && tt::is_floating(value.dtype())) {
      leaves.push_back(given);
      leaf_steps.push_back(s);
    }
  }
  run_steps(program, run, {.in_graph = true});
  Tensors outputs;
  for (const Ref& ref : program.results()) {
    Tensor output = run.values[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)];
    if (!output.is_symbolic()) output = tt::identity(output);  // state
    outputs.push_back(output);
    traced.symbolic.add(name_of(ref), output);
  }
  if (how.gradients && !reference.differentiable.empty()) {
    const auto there = [&](const Tensors& tensors) {
      Tensors result;
      for (const Tensor& tensor : tensors) result.push_back(moved(tensor, how.device));
      return result;
    };
    const Tensors first = tt::gradients(chosen(outputs, reference.differentiable), leaves, there(reference.upstream),
                                        {.allow_unused = true});
    for (std::size_t i = 0; i < first.size(); ++i)
      traced.symbolic.add("gradient of v" + std::to_string(leaf_steps[i]), first[i]);
    if (program.order > 1 && !reference.again.empty()) {
      const Tensors second = tt::gradients(chosen(first, reference.again), leaves, there(reference.upstream_again),
                                           {.allow_unused = true});
      for (std::size_t i = 0; i < second.size(); ++i)
        traced.symbolic.add("second gradient of v" + std::to_string(leaf_steps[i]), second[i]);
    }
  }
  // Needed, and made in the call: so are its effects, if nothing else is.
  traced.symbolic.add("", tt::zeros({}));
  for (const auto& node : traced.graph.impl().nodes) seen().ops.insert(node->op->name);
  return traced;
}

Outcome run_graph(const Program& program, const Reference& reference, const GraphRun& how) {
  const tt::DeviceScope placed(how.device);
  const Traced traced = trace(program, reference, how);
  const Threads threads(how.threads);
  const Poisoned poisoned(how.poisoned);
  const tt::lowlevel::Session session(traced.graph, how.session);
  Tensors fetches;
  for (const Tensor& value : traced.symbolic.values)
    if (value.is_symbolic()) fetches.push_back(value);
  const tt::lowlevel::Callable call = session.make_callable(traced.placeholders, fetches);
  Tensors fetched = call.run(traced.fed);
  if (how.again && traced.states.empty()) fetched = call.run(traced.fed);
  for (const tt::PassReport& pass : call.report().passes) seen().rewrites[pass.name] += pass.rewrites;
  Outcome result;
  std::size_t next = 0;
  for (std::size_t i = 0; i < traced.symbolic.values.size(); ++i) {
    const Tensor& value = traced.symbolic.values[i];
    const Tensor found = value.is_symbolic() ? fetched[next++] : value;
    if (!traced.symbolic.names[i].empty()) result.add(traced.symbolic.names[i], moved(found, {}));
  }
  for (std::size_t i = 0; i < traced.states.size(); ++i)
    result.add(traced.state_names[i], moved(traced.states[i].detach(), {}));
  return result;
}

tt::SessionOptions exact() { return {.numerics = tt::Numerics::exact}; }

/// No pass but one; null: none at all.
tt::SessionOptions alone(bool tt::SessionOptions::*pass) {
  tt::SessionOptions options{.numerics = tt::Numerics::exact,
                             .constant_folding = false,
                             .algebraic_simplification = false,
                             .common_subexpressions = false,
                             .fusion = false,
                             .fuse_elementwise = false,
                             .memory_planning = false};
  if (pass) options.*pass = true;
  return options;
}

Way eager_way(std::string name, const EagerRun& how) {
  return {.name = std::move(name), .eager = how, .run = [how](const Program& program, const Reference& reference) {
            return run_eager(program, how, reference.through).outcome;
          }};
}

Way graph_way(std::string name, const GraphRun& how) {
  return {
      .name = std::move(name),
      .is_graph = true,
      .graph = how,
      .promise = how.session.numerics == tt::Numerics::exact ? Promise::bits : Promise::rounding,
      .may_refuse = how.unknown != Unknown::none,
      .run = [how](const Program& program, const Reference& reference) { return run_graph(program, reference, how); }};
}

}  // namespace

Reference run_reference(const Program& program) { return run_eager(program, {}); }

Outcome run_jittered(const Program& program, std::uint32_t seed) {
  return run_eager(program, {.jitter = 1, .jitter_seed = seed * 1000}).outcome;
}

const std::vector<Way>& ways() {
  static const std::vector<Way> all = [] {
    std::vector<Way> list;
    list.push_back(eager_way("eager, one thread", {.threads = 1, .poisoned = true}));
    list.push_back(eager_way("eager, two threads", {.threads = 2}));
    list.push_back(eager_way("eager, three threads", {.threads = 3}));
    list.push_back(eager_way("eager, poisoned memory", {.poisoned = true}));
    list.push_back(eager_way("eager, operands handed over", {.hand_over = true, .poisoned = true}));
    list.push_back(graph_way("graph node by node",
                             {.session = {.numerics = tt::Numerics::exact, .compile = false}, .poisoned = true}));
    list.push_back(graph_way("graph", {.session = exact(), .poisoned = true}));
    list.push_back(graph_way("graph, one thread", {.session = exact(), .threads = 1}));
    list.push_back(graph_way("graph, three threads", {.session = exact(), .threads = 3}));
    list.push_back(graph_way("graph, the second run", {.session = exact(), .poisoned = true, .again = true}));
    list.push_back(graph_way("graph, results only", {.session = exact(), .gradients = false, .poisoned = true}));
    list.push_back(graph_way("graph, first dimensions unknown", {.session = exact(), .unknown = Unknown::first}));
    list.push_back(
        graph_way("graph, all dimensions unknown", {.session = exact(), .unknown = Unknown::all, .poisoned = true}));
    list.push_back(graph_way("graph, no passes", {.session = alone(nullptr)}));
    const std::pair<const char*, bool tt::SessionOptions::*> passes[] = {
        {"constant_folding", &tt::SessionOptions::constant_folding},
        {"algebraic_simplification", &tt::SessionOptions::algebraic_simplification},
        {"common_subexpressions", &tt::SessionOptions::common_subexpressions},
        {"fusion", &tt::SessionOptions::fusion},
        {"memory_planning", &tt::SessionOptions::memory_planning}};
    for (const auto& [name, pass] : passes) {
      list.push_back(graph_way(std::string("graph, ") + name + " alone", {.session = alone(pass), .poisoned = true}));
      list.push_back(graph_way(std::string("graph, ") + name + " alone, results only",
                               {.session = alone(pass), .gradients = false, .poisoned = true}));
    }
    list.push_back(graph_way("graph, fast", {.session = {.numerics = tt::Numerics::fast}}));
    return list;
  }();
  return all;
}

std::vector<Way> device_ways(tt::Device device) {
  const auto eagerly_there = [device](const Program& program, const Reference& reference) {
    return run_eager(program, {.device = device}, reference.through).outcome;
  };
  std::vector<Way> list;
  // Each step there, and once more here with the operands that it had there.
  const auto here = std::make_shared<Outcome>();
  list.push_back({.name = "each step on the device",
                  .eager = {.device = device},
                  .promise = Promise::step,
                  .run = [device, here](const Program& program,
                                        const Reference&) { return run_side_by_side(program, device, *here); },
                  .like = [here](const Program&, const Reference&) { return *here; }});
  list.push_back(eager_way("eager on the device", {.device = device}));
  list.back().promise = Promise::rounding;
  const std::pair<const char*, GraphRun> graphs[] = {
      {"graph on the device, node by node",
       {.session = {.numerics = tt::Numerics::exact, .compile = false}, .device = device}},
      {"graph on the device", {.session = exact(), .device = device}},
      {"graph on the device, results only", {.session = exact(), .gradients = false, .device = device}},
      {"graph on the device, all dimensions unknown", {.session = exact(), .unknown = Unknown::all, .device = device}},
      {"graph on the device, no passes", {.session = alone(nullptr), .device = device}}};
  for (const auto& [name, how] : graphs) {
    list.push_back(graph_way(name, how));
    list.back().promise = Promise::rounding;  // bits are those of an order in memory, which a graph may choose
    list.back().like = eagerly_there;
  }
  return list;
}

}  // namespace programs
