#include "core/graph/files/attribute_codec.h"

#include <cmath>
#include <iostream>
#include <limits>
#include <unordered_map>

#include "core/graph/changing_shape.h"
#include "core/graph/checks.h"
#include "core/graph/control_flow.h"
#include "core/graph/graph.h"
#include "core/graph/summary.h"
#include "core/ops/activation/activation.h"
#include "core/ops/activation/softmax.h"
#include "core/ops/arithmetic/clip.h"
#include "core/ops/conv/convolution.h"
#include "core/ops/creation/arange.h"
#include "core/ops/creation/full.h"
#include "core/ops/elementary/cast.h"
#include "core/ops/elementary/special.h"
#include "core/ops/image/resample.h"
#include "core/ops/image/unfold.h"
#include "core/ops/indexing/gather.h"
#include "core/ops/indexing/pick.h"
#include "core/ops/indexing/slice.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/loss/cross_entropy.h"
#include "core/ops/loss/ctc_loss.h"
#include "core/ops/normalization/batch_norm.h"
#include "core/ops/normalization/dropout.h"
#include "core/ops/normalization/group_norm.h"
#include "core/ops/normalization/layer_norm.h"
#include "core/ops/order/order.h"
#include "core/ops/pool/max_unpool.h"
#include "core/ops/pool/pool.h"
#include "core/ops/product/matmul.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/reduce/scan.h"
#include "core/ops/sequence/attention.h"
#include "core/ops/sequence/embedding.h"
#include "core/ops/sequence/recurrent_layer.h"
#include "core/ops/shape/attributes.h"
#include "core/ops/shape/concat.h"
#include "core/ops/shape/roll.h"
#include "core/ops/shape/tril.h"
#include "core/ops/state/to_device.h"
#include "triptych/core/ops/loss_scaling.h"
#include "triptych/core/ops/update.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {
namespace {

[[noreturn]] void malformed(const std::string& what) { throw Malformed{what}; }

/// The last value of an enum: the first is 0, and none is left out between.
constexpr UpdateFormula last_of(UpdateFormula) { return UpdateFormula::keras; }
constexpr PaddingMode last_of(PaddingMode) { return PaddingMode::valid; }
constexpr DataFormat last_of(DataFormat) { return DataFormat::nhwc; }
constexpr Activation last_of(Activation) { return Activation::relu; }
constexpr Combine last_of(Combine) { return Combine::minimum; }
constexpr ResampleMode last_of(ResampleMode) { return ResampleMode::cubic; }
constexpr Reduction last_of(Reduction) { return Reduction::mean; }
constexpr RecurrentCell last_of(RecurrentCell) { return RecurrentCell::gru; }
constexpr GateOrder last_of(GateOrder) { return GateOrder::keras; }

// --- To JSON ---------------------------------------------------------------------------------------------------------

Json json_of(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

Json written(bool value, ValueWriter&) { return value; }
Json written(std::int64_t value, ValueWriter&) { return value; }
Json written(double value, ValueWriter&) { return json_of(value); }
Json written(const std::string& value, ValueWriter&) { return value; }
Json written(DType value, ValueWriter&) { return std::string(dtype_name(value)); }
Json written(Device value, ValueWriter&) { return value.text(); }
Json written(const Shape& value, ValueWriter&) { return json_of(value); }
Json written(const Axes& value, ValueWriter&) { return std::vector<std::int64_t>(value.begin(), value.end()); }
Json written(const std::vector<std::int64_t>& value, ValueWriter&) { return value; }
template <std::size_t N>
Json written(const std::array<std::int64_t, N>& value, ValueWriter&) {
  return value;
}
Json written(Scalar value, ValueWriter&) {
  if (value.kind() == Scalar::Kind::boolean) return value.to_int() != 0;
  if (value.kind() == Scalar::Kind::integer) return value.to_int();
  return json_of(value.to_double());
}
Json written(const Subgraph& value, ValueWriter& values) { return values.subgraph(value); }
Json written(const std::vector<Subgraph>& value, ValueWriter& values) {
  Json list = Json::array();
  for (const Subgraph& subgraph : value) list.push_back(values.subgraph(subgraph));
  return list;
}
template <class E>
requires std::is_enum_v<E> Json written(E value, ValueWriter&) { return name_of(value); }

// --- From JSON -------------------------------------------------------------------------------------------------------

double real_number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (json == "inf" || json == "-inf") return (json == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
  malformed("a number is wanted");
}

const Json& list_of(const Json& json, std::size_t most) {
  if (!json.is_array() || json.size() > most) malformed("a list of at most " + std::to_string(most) + " is wanted");
  return json;
}

constexpr std::size_t most_numbers = 1 << 20;

std::int64_t any_whole_number(const Json& json) {
  return whole_number(json, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

void read(const Json& json, bool& value, ValueReader&) { value = truth_of(json); }
void read(const Json& json, std::int64_t& value, ValueReader&) { value = any_whole_number(json); }
void read(const Json& json, double& value, ValueReader&) { value = real_number(json); }
void read(const Json& json, std::string& value, ValueReader&) { value = text_of(json); }
void read(const Json& json, DType& value, ValueReader&) { value = read_dtype(json); }
void read(const Json& json, Device& value, ValueReader&) { value = read_device(json); }
void read(const Json& json, Shape& value, ValueReader&) { value = read_shape(json); }
void read(const Json& json, Axes& value, ValueReader&) {
  value = Axes();
  for (const Json& axis : list_of(json, Shape::max_rank)) value.append(any_whole_number(axis));
}
void read(const Json& json, std::vector<std::int64_t>& value, ValueReader&) {
  value.clear();
  for (const Json& number : list_of(json, most_numbers)) value.push_back(any_whole_number(number));
}
template <std::size_t N>
void read(const Json& json, std::array<std::int64_t, N>& value, ValueReader&) {
  if (list_of(json, N).size() != N) malformed("a list of " + std::to_string(N) + " is wanted");
  for (std::size_t i = 0; i < N; ++i) value[i] = any_whole_number(json[i]);
}
void read(const Json& json, Scalar& value, ValueReader&) {
  if (json.is_boolean())
    value = json.get<bool>();
  else if (json.is_number_integer())
    value = any_whole_number(json);
  else
    value = real_number(json);
}
void read(const Json& json, Subgraph& value, ValueReader& values) { value = values.subgraph(json); }
void read(const Json& json, std::vector<Subgraph>& value, ValueReader& values) {
  value.clear();
  for (const Json& subgraph : list_of(json, most_numbers)) value.push_back(values.subgraph(subgraph));
}
template <class E>
requires std::is_enum_v<E>
void read(const Json& json, E& value, ValueReader&) {
  const std::string& text = text_of(json);
  for (int i = 0; i <= static_cast<int>(last_of(E())); ++i)
    if (text == name_of(static_cast<E>(i))) {
      value = static_cast<E>(i);
      return;
    }
  malformed("'" + text + "' is none of the words that may stand there");
}

template <class A>
Json write_struct(const void* attributes, ValueWriter& values) {
  Json object = Json::object();
  std::apply(
      [&](auto... f) { ((object[f.name] = written(static_cast<const A*>(attributes)->*f.member, values)), ...); },
      A::fields());
  return object;
}

template <class A>
std::shared_ptr<const void> read_struct(const Json& json, ValueReader& values) {
  auto made = std::make_shared<A>();
  std::apply(
      [&](auto... f) {
        if (!json.is_object() || json.size() != sizeof...(f))
          malformed("the attributes are " + std::to_string(json.size()) + ", not " + std::to_string(sizeof...(f)));
        (read(member(json, f.name), (*made).*f.member, values), ...);
      },
      A::fields());
  return made;
}

template <class A>
constexpr AttributeCodec codec{&attribute_type<A>, write_struct<A>, read_struct<A>};

// A print's stream is one of the two that every program has.
Json write_print(const void* attributes, ValueWriter&) {
  const auto& a = *static_cast<const PrintAttributes*>(attributes);
  if (a.stream && a.stream != &std::cerr && a.stream != &std::cout)
    malformed("it prints to a stream of the program's own");
  return {{"texts", a.texts}, {"summarize", a.summarize}, {"stream", a.stream == &std::cout ? "stdout" : "stderr"}};
}
std::shared_ptr<const void> read_print(const Json& json, ValueReader&) {
  auto made = std::make_shared<PrintAttributes>();
  for (const Json& text : list_of(member(json, "texts"), most_numbers)) made->texts.push_back(text_of(text));
  made->summarize = any_whole_number(member(json, "summarize"));
  made->stream = text_of(member(json, "stream")) == "stdout" ? &std::cout : nullptr;
  return made;
}
constexpr AttributeCodec print_codec{&attribute_type<PrintAttributes>, write_print, read_print};

constexpr const AttributeCodec* codecs[] = {
    // control flow, checks and summaries
    &codec<BranchAttributes>, &codec<LoopAttributes>, &codec<ArrayWriteAttributes>, &codec<AssertAttributes>,
    &codec<FiniteAttributes>, &print_codec, &codec<SummaryAttributes>, &codec<ZerosOfSizesAttributes>,
    // the families, in the order of core/ops/list.inc
    &codec<ArangeAttributes>, &codec<LinspaceAttributes>, &codec<EyeAttributes>, &codec<FullAttributes>,
    &codec<FullLikeAttributes>, &codec<OneHotAttributes>, &codec<ClipAttributes>, &codec<CastAttributes>,
    &codec<OrderAttributes>, &codec<GeluAttributes>, &codec<SoftmaxAttributes>, &codec<SlopeAttributes>,
    &codec<SoftplusAttributes>, &codec<ReduceAttributes>, &codec<CountAttributes>, &codec<ScanAttributes>,
    &codec<ConcatAttributes>, &codec<SplitAttributes>, &codec<DiagonalViewAttributes>, &codec<UnfoldAxisAttributes>,
    &codec<AsStridedAttributes>, &codec<ExpandAttributes>, &codec<PadAttributes>, &codec<PermuteAttributes>,
    &codec<ReshapeAttributes>, &codec<FlattenAttributes>, &codec<SqueezeAttributes>, &codec<UnsqueezeAttributes>,
    &codec<RollAttributes>, &codec<SplitAxisAttributes>, &codec<DiagonalAttributes>, &codec<AlongAxisAttributes>,
    &codec<IndexAttributes>, &codec<IndexPutAttributes>, &codec<ScatterAttributes>, &codec<SliceAttributes>,
    &codec<BincountAttributes>, &codec<HashBucketAttributes>, &codec<SearchsortedAttributes>, &codec<SortAttributes>,
    &codec<TopkAttributes>, &codec<LinearAttributes>, &codec<CholeskyAttributes>, &codec<EighAttributes>,
    &codec<LuFactorAttributes>, &codec<LuSolveAttributes>, &codec<QrAttributes>, &codec<SvdAttributes>,
    &codec<TriangularSolveAttributes>, &codec<ConvolutionAttributes<1>>, &codec<ConvolutionAttributes<2>>,
    &codec<ConvolutionAttributes<3>>, &codec<PoolAttributes<1>>, &codec<PoolAttributes<2>>, &codec<PoolAttributes<3>>,
    &codec<MaxUnpoolAttributes>, &codec<ResampleAttributes>, &codec<UnfoldAttributes>, &codec<BatchNormAttributes>,
    &codec<DropoutAttributes>, &codec<GroupNormAttributes>, &codec<LayerNormAttributes>, &codec<AttentionAttributes>,
    &codec<EmbeddingAttributes>, &codec<RecurrentAttributes>, &codec<CrossEntropyAttributes>, &codec<CtcLossAttributes>,
    &codec<RandomAttributes>, &codec<RandomLikeAttributes>, &codec<RandomIntegersAttributes>,
    &codec<RandomMultinomialAttributes>, &codec<RandomPermutationAttributes>, &codec<SgdUpdate>, &codec<MomentumUpdate>,
    &codec<AdamUpdate>, &codec<RmspropUpdate>, &codec<AdagradUpdate>, &codec<AdadeltaUpdate>, &codec<AdamaxUpdate>,
    &codec<NadamUpdate>, &codec<RadamUpdate>, &codec<RpropUpdate>, &codec<AsgdUpdate>, &codec<LionUpdate>,
    &codec<FtrlUpdate>, &codec<ProximalUpdate>, &codec<ScheduleFreeUpdate>, &codec<AmpUpdateScale>,
    &codec<ToDeviceAttributes>};

}  // namespace

const AttributeCodec* codec_of(const AttributeType& type) {
  static const auto by_type = [] {
    std::unordered_map<const AttributeType*, const AttributeCodec*> map;
    for (const AttributeCodec* one : codecs) map.emplace(one->type, one);
    return map;
  }();
  const auto found = by_type.find(&type);
  return found == by_type.end() ? nullptr : found->second;
}

const Json& member(const Json& object, const char* name) {
  if (!object.is_object()) malformed("an object is wanted");
  const auto found = object.find(name);
  if (found == object.end()) malformed("'" + std::string(name) + "' is missing");
  return *found;
}

std::int64_t whole_number(const Json& json, std::int64_t least, std::int64_t most) {
  if (!json.is_number_integer()) malformed("a whole number is wanted");
  const bool too_large = json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX;
  const std::int64_t number = too_large ? 0 : json.get<std::int64_t>();
  if (too_large || number < least || number > most)
    malformed(json.dump() + " is not between " + std::to_string(least) + " and " + std::to_string(most));
  return number;
}

const std::string& text_of(const Json& json) {
  if (!json.is_string()) malformed("a text is wanted");
  return json.text();
}

bool truth_of(const Json& json) {
  if (!json.is_boolean()) malformed("true or false is wanted");
  return json.get<bool>();
}

DType read_dtype(const Json& json) {
  const std::string& name = text_of(json);
  for (int i = 0; i < dtype_count; ++i)
    if (name == dtype_name(static_cast<DType>(i))) return static_cast<DType>(i);
  malformed("'" + name + "' is no dtype");
}

Shape read_shape(const Json& json) {
  Shape shape;
  for (const Json& dim : list_of(json, Shape::max_rank))
    shape.append(Dim(whole_number(dim, unknown, std::numeric_limits<std::int64_t>::max())));
  return shape;
}

Json json_of(const Shape& shape) { return shape.to_vector(); }

Device read_device(const Json& json) { return Device::from_text(text_of(json), {}); }

}  // namespace triptych
