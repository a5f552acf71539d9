// Convolutions by oneDNN: single-threaded primitives on a few images at a time, so that neither the result nor the
// scheme depends on the number of threads.
#include <algorithm>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>

#include "core/kernels/conv/convolution.h"
#include "core/kernels/onednn.h"
#include "core/kernels/path.h"
#include "triptych/core/error.h"

namespace triptych {
namespace {

Path forward_path("oneDNN convolution: forward", onednn_chosen),
    input_path("oneDNN convolution: input gradient", onednn_chosen),
    weights_path("oneDNN convolution: weight gradient", onednn_chosen),
    bfloat16_path("oneDNN convolution: bfloat16", bfloat16_chosen);

using dnnl::algorithm;
using dnnl::memory;
using Tag = memory::format_tag;

dnnl::engine& cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& this_thread() {
  thread_local dnnl::stream stream(cpu());
  return stream;
}

struct Convolution : Prepared {
  ConvolutionKind kind;
  DType dtype;
  ConvolutionSizes sizes;
  std::int64_t images, parts;  // images for each part of the work
  dnnl::primitive primitive;
  memory::desc x, weight, y, scratchpad;               // as the primitive wants them
  memory::desc given_x, given_weight, given_y;         // as ours are
  dnnl::reorder reorder_x, reorder_weight, reorder_y;  // between the two, in the direction in which it is needed

  std::int64_t x_step() const { return images * sizes.image_size(); }
  std::int64_t y_step() const { return images * sizes.pixels() * sizes.o; }
};

/// Its kernels compute places in 32 bits.
bool has_common_numbers(const ConvolutionSizes& s) {
  constexpr std::int64_t limit = 1 << 20;
  std::int64_t largest = 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    largest = std::max({largest, s.stride[axis], s.dilation[axis], s.padding[axis][0], s.padding[axis][1]});
  return largest < limit;
}

/// Its AVX2 kernel for 1x1 windows (2.6, channels last) writes past its output where channels do not fill registers.
bool writes_past_its_output(const ConvolutionSizes& s) {
  return !has_avx512() && s.kd == 1 && s.kh == 1 && s.kw == 1 && (s.c % 8 != 0 || s.o % 8 != 0);
}

/// Its gradients of bfloat16 weights (2.6) read memory that they did not write where few strided windows are in a row.
bool sums_what_is_not_there(ConvolutionKind kind, const ConvolutionSizes& s) {
  const bool dilated = std::any_of(s.dilation.begin(), s.dilation.end(), [](std::int64_t d) { return d != 1; });
  return kind == ConvolutionKind::weight_grad && (s.is_strided() || dilated);
}

/// Makes the primitives; throws dnnl::error if there are none.
std::shared_ptr<Convolution> make(ConvolutionKind kind, const ConvolutionSizes& s, DType dtype) {
  auto made = std::make_shared<Convolution>();
  Convolution& c = *made;
  c.kind = kind;
  c.dtype = dtype;
  c.sizes = s;
  // As many images as fit into the second-level cache, in at least eight parts.
  const auto element = static_cast<std::int64_t>(size_of(dtype));
  const std::int64_t image_bytes = element * (s.image_size() + s.o * s.pixels()), weight_bytes = 4 * s.o * s.terms();
  std::int64_t limit = std::min<std::int64_t>({(2 << 20) / image_bytes, 32, s.n / 8});
  c.images = images_per_part(s.n, limit);
  if (kind == ConvolutionKind::weight_grad)  // each part has a sum of its own: not too many
    while (c.images < s.n && s.n / c.images * weight_bytes > (16 << 20)) c.images = images_per_part(s.n, limit *= 2);
  c.parts = s.n / c.images;

  const bool image = s.is_image();
  // Without the depth, where there is none.
  const auto dims = [&](std::initializer_list<std::int64_t> first, std::int64_t d, std::int64_t h, std::int64_t w) {
    memory::dims all(first);
    if (!image) all.push_back(d);
    all.insert(all.end(), {h, w});
    return all;
  };
  const auto axes = [&](auto number) { return dims({}, number(0), number(1), number(2)); };
  const memory::dims x_dims = dims({c.images, s.c}, s.d, s.h, s.w), y_dims = dims({c.images, s.o}, s.od, s.oh, s.ow);
  const memory::dims weight_dims = s.groups == 1 ? dims({s.o, s.c}, s.kd, s.kh, s.kw)
                                                 : dims({s.groups, s.o / s.groups, s.c / s.groups}, s.kd, s.kh, s.kw);
  const auto type = dtype == float32 ? memory::data_type::f32 : memory::data_type::bf16;
  const auto dense = [type](const memory::dims& all, Tag tag) { return memory::desc(all, type, tag); };
  const Tag channels_last = image ? Tag::nhwc : Tag::ndhwc;
  c.given_x = dense(x_dims, channels_last);
  c.given_y = dense(y_dims, channels_last);
  c.given_weight = dense(weight_dims, s.groups == 1 ? image ? Tag::oihw : Tag::oidhw
                                      : image       ? Tag::goihw
                                                    : Tag::goidhw);
  const memory::desc &x = c.given_x, &y = c.given_y, weight = dense(weight_dims, Tag::any),
                     weight_sums(weight_dims, memory::data_type::f32, Tag::any);  // of a gradient: parts are added
  const algorithm method = algorithm::convolution_direct;
  const memory::dims stride = axes([&](std::size_t axis) { return s.stride[axis]; }),
                     dilation = axes([&](std::size_t axis) { return s.dilation[axis] - 1; }),
                     before = axes([&](std::size_t axis) { return s.padding[axis][0]; }),
                     after = axes([&](std::size_t axis) { return std::max<std::int64_t>(s.padding[axis][1], 0); });
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // the library's own would be shared between threads

  const dnnl::convolution_forward::primitive_desc forward(
      {dnnl::prop_kind::forward_training, method, x, weight, y, stride, dilation, before, after}, attributes, cpu());
  if (kind == ConvolutionKind::forward) {
    c.primitive = dnnl::convolution_forward(forward);
    c.x = forward.src_desc();
    c.weight = forward.weights_desc();
    c.y = forward.dst_desc();
    c.scratchpad = forward.scratchpad_desc();
  } else if (kind == ConvolutionKind::input_grad) {
    const dnnl::convolution_backward_data::primitive_desc backward(
        {method, x, weight, y, stride, dilation, before, after}, attributes, cpu(), forward);
    c.primitive = dnnl::convolution_backward_data(backward);
    c.x = backward.diff_src_desc();
    c.weight = backward.weights_desc();
    c.y = backward.diff_dst_desc();
    c.scratchpad = backward.scratchpad_desc();
  } else {
    const dnnl::convolution_backward_weights::primitive_desc backward(
        {method, x, weight_sums, y, stride, dilation, before, after}, attributes, cpu(), forward);
    c.primitive = dnnl::convolution_backward_weights(backward);
    c.x = backward.src_desc();
    c.weight = backward.diff_weights_desc();
    c.y = backward.diff_dst_desc();
    c.scratchpad = backward.scratchpad_desc();
  }
  const auto reorder = [](const memory::desc& from, const memory::desc& to) {
    return from == to ? dnnl::reorder() : dnnl::reorder({cpu(), from, cpu(), to});
  };
  c.reorder_x = kind == ConvolutionKind::input_grad ? reorder(c.x, c.given_x) : reorder(c.given_x, c.x);
  c.reorder_y = kind == ConvolutionKind::forward ? reorder(c.y, c.given_y) : reorder(c.given_y, c.y);
  c.reorder_weight =
      kind == ConvolutionKind::weight_grad ? reorder(c.weight, c.given_weight) : reorder(c.given_weight, c.weight);
  return made;
}

/// oneDNN takes pointers to data that it only reads as plain ones.
memory wrap(const memory::desc& desc, const void* data) { return {desc, cpu(), const_cast<void*>(data)}; }

/// An operand of the primitive: where ours is, or in a buffer of its own if it must be reordered.
class Side {
 public:
  Side(const memory::desc& given, const memory::desc& wanted, const dnnl::reorder& reorder, const void* data)
      : ours_(wrap(given, data)), theirs_(ours_), reorder_(reorder) {
    if (given == wanted) return;
    buffer_.emplace(wanted.get_size());
    theirs_ = wrap(wanted, buffer_->as<void>());
  }
  void read() {
    if (buffer_) reorder_.execute(this_thread(), ours_, theirs_);
  }
  void write() {
    if (buffer_) reorder_.execute(this_thread(), theirs_, ours_);
  }
  const memory& get() const { return theirs_; }

 private:
  memory ours_, theirs_;
  dnnl::reorder reorder_;
  std::optional<Scratch> buffer_;
};

void run_images(const Convolution& c, const void* a, const void* b, void* result, const Epilogue<float>& epilogue) {
  const bool forward = c.kind == ConvolutionKind::forward;
  Side weight(c.given_weight, c.weight, c.reorder_weight, b);
  {
    const OneOpenMPThread guard;
    weight.read();
  }
  parallel_for(c.parts, [&](std::int64_t part) {
    const OneOpenMPThread guard;
    const auto element = static_cast<std::int64_t>(size_of(c.dtype));
    const char* in = static_cast<const char*>(a) + part * element * (forward ? c.x_step() : c.y_step());
    char* out = static_cast<char*>(result) + part * element * (forward ? c.y_step() : c.x_step());
    Side x(c.given_x, c.x, c.reorder_x, forward ? in : out), y(c.given_y, c.y, c.reorder_y, forward ? out : in);
    Scratch scratchpad(c.scratchpad.get_size());
    (forward ? x : y).read();
    c.primitive.execute(this_thread(), {{forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_SRC, x.get()},
                                        {DNNL_ARG_WEIGHTS, weight.get()},
                                        {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, y.get()},
                                        {DNNL_ARG_SCRATCHPAD, wrap(c.scratchpad, scratchpad.as<void>())}});
    (forward ? y : x).write();
    if (forward && c.dtype == float32)
      finish<float>(c.images * c.sizes.pixels(), c.sizes.o, {reinterpret_cast<float*>(out), c.sizes.o}, epilogue);
  });
}

void run_weight_grad(const Convolution& c, const void* inputs, const void* upstream, void* result) {
  const std::size_t size = c.weight.get_size() / sizeof(float);
  Scratch sums(static_cast<std::size_t>(c.parts) * size * sizeof(float));
  parallel_for(c.parts, [&](std::int64_t part) {
    const OneOpenMPThread guard;
    const auto element = static_cast<std::int64_t>(size_of(c.dtype));
    Side x(c.given_x, c.x, c.reorder_x, static_cast<const char*>(inputs) + part * element * c.x_step()),
        y(c.given_y, c.y, c.reorder_y, static_cast<const char*>(upstream) + part * element * c.y_step());
    Scratch scratchpad(c.scratchpad.get_size());
    x.read();
    y.read();
    c.primitive.execute(this_thread(), {{DNNL_ARG_SRC, x.get()},
                                        {DNNL_ARG_DIFF_DST, y.get()},
                                        {DNNL_ARG_DIFF_WEIGHTS,
                                         wrap(c.weight, sums.as<float>() + static_cast<std::size_t>(part) * size)},
                                        {DNNL_ARG_SCRATCHPAD, wrap(c.scratchpad, scratchpad.as<void>())}});
  });
  add_tree(sums.as<float>(), c.parts, static_cast<std::int64_t>(size));
  const OneOpenMPThread guard;
  memory from = wrap(c.weight, sums.as<void>()), to = wrap(c.given_weight, result);
  if (c.weight == c.given_weight)
    std::memcpy(result, sums.as<void>(), size * sizeof(float));
  else
    c.reorder_weight.execute(this_thread(), from, to);
}

}  // namespace

std::shared_ptr<const Prepared> onednn_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, DType dtype,
                                                   Numerics numerics) {
  // Without AVX-512 its kernels are slower than ours, and its Winograd kernels are everywhere (docs/performance.md).
  // Depthwise ones are ours, too.
  if (!onednn_chosen() || sizes.is_depthwise() || !has_common_numbers(sizes) || writes_past_its_output(sizes))
    return nullptr;
  if (dtype == bfloat16 && (!bfloat16_chosen() || sums_what_is_not_there(kind, sizes))) return nullptr;
  // Its direct gradients of many weights are as fast as ours by Winograd, and all of bfloat16 are faster.
  const bool many_weights = kind == ConvolutionKind::weight_grad && sizes.c * sizes.o > 64 * 64;
  if (numerics == Numerics::fast && winograd_pays(kind, sizes) && !many_weights && dtype == float32) return nullptr;
  const OneOpenMPThread guard;
  try {
    return make(kind, sizes, dtype);
  } catch (const dnnl::error&) {  // it has none for these sizes, or this processor
    return nullptr;
  }
}

DType onednn_dtype(const Prepared& prepared) { return static_cast<const Convolution&>(prepared).dtype; }

void run_onednn_convolution(const Prepared& prepared, const void* a, const void* b, void* result,
                            const Epilogue<float>& epilogue) {
  const auto& convolution = static_cast<const Convolution&>(prepared);
  (convolution.kind == ConvolutionKind::weight_grad ? weights_path
   : convolution.kind == ConvolutionKind::forward   ? forward_path
                                                    : input_path)
      .take();
  if (convolution.dtype == bfloat16) bfloat16_path.take();
  try {
    if (convolution.kind == ConvolutionKind::weight_grad)
      run_weight_grad(convolution, a, b, result);
    else
      run_images(convolution, a, b, result, epilogue);
  } catch (const dnnl::error& error) {
    throw InternalError("convolution", "oneDNN failed", error.what());
  }
}

}  // namespace triptych
