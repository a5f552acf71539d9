// cuDNN's batch normalisation: statistics of each channel (spatial), or of each place of each channel (per activation).
#include <cmath>

#include "cuda/emulator/cudnn_tensor.h"

using namespace triptych::cuda::emulator;

namespace {

/// Which parameter belongs to the element at a place of x.
struct Group {
  std::int64_t area, features;  // h w, c h w
  int channels;
  bool spatial;

  Group(const std::array<int, 4>& dims, cudnnBatchNormMode_t mode)
      : area(std::int64_t(dims[2]) * dims[3]),
        features(dims[1] * area),
        channels(dims[1]),
        spatial(mode == CUDNN_BATCHNORM_SPATIAL) {}

  std::int64_t count() const { return spatial ? channels : features; }
  std::int64_t operator()(std::int64_t place) const { return spatial ? place / area % channels : place % features; }
};

struct Statistics {
  std::vector<double> mean, variance;
  double size;  // elements of a group
};

Statistics statistics(const std::vector<double>& x, const Group& group) {
  Statistics s{std::vector<double>(group.count()), std::vector<double>(group.count()),
               double(x.size()) / double(group.count())};
  for (std::size_t i = 0; i < x.size(); ++i) s.mean[group(i)] += x[i] / s.size;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double difference = x[i] - s.mean[group(i)];
    s.variance[group(i)] += difference * difference / s.size;
  }
  return s;
}

cudnnTensorStruct derived(const cudnnTensorStruct& x, cudnnBatchNormMode_t mode) {
  bool spatial = mode == CUDNN_BATCHNORM_SPATIAL;
  int c = x.dims[1], h = spatial ? 1 : x.dims[2], w = spatial ? 1 : x.dims[3];
  cudnnDataType_t type = x.type == CUDNN_DATA_DOUBLE ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT;
  return {type, {1, c, h, w}, {std::int64_t(c) * h * w, std::int64_t(h) * w, w, 1}};
}

bool fits(cudnnBatchNormMode_t mode, cudnnTensorDescriptor_t x, cudnnTensorDescriptor_t y, cudnnTensorDescriptor_t p) {
  if (!x || !y || !p || !same_shape(*x, *y)) return false;
  cudnnTensorStruct expected = derived(*x, mode);
  return same_shape(*p, expected) && p->type == expected.type;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnDeriveBNTensorDescriptor(cudnnTensorDescriptor_t derived_desc, cudnnTensorDescriptor_t x,
                                            cudnnBatchNormMode_t mode) {
  if (!derived_desc || !x) return CUDNN_STATUS_BAD_PARAM;
  *derived_desc = derived(*x, mode);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBatchNormalizationForwardTraining(cudnnHandle_t handle, cudnnBatchNormMode_t mode, const void* alpha,
                                                     const void* beta, cudnnTensorDescriptor_t x_desc, const void* x,
                                                     cudnnTensorDescriptor_t y_desc, void* y,
                                                     cudnnTensorDescriptor_t parameter_desc, const void* scale,
                                                     const void* bias, double factor, void* running_mean,
                                                     void* running_variance, double epsilon, void* save_mean,
                                                     void* save_inverse_deviation) {
  if (!handle || !alpha || !beta || !fits(mode, x_desc, y_desc, parameter_desc) || epsilon < 0)
    return CUDNN_STATUS_BAD_PARAM;
  if (!running_mean != !running_variance || !save_mean != !save_inverse_deviation) return CUDNN_STATUS_BAD_PARAM;
  Tensor in(*x_desc, x), out(*y_desc, y), gamma(*parameter_desc, scale), shift(*parameter_desc, bias);
  Tensor mean(*parameter_desc, running_mean), variance(*parameter_desc, running_variance);
  Tensor saved_mean(*parameter_desc, save_mean), saved_inverse(*parameter_desc, save_inverse_deviation);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  std::vector<Operand> operands = {in.operand("x"), out.operand("y"), gamma.operand("scale"), shift.operand("bias")};
  if (running_mean)
    operands.insert(operands.end(), {mean.operand("running mean"), variance.operand("running variance")});
  if (save_mean)
    operands.insert(operands.end(), {saved_mean.operand("saved mean"), saved_inverse.operand("saved deviation")});
  return submit_cudnn(handle, "cudnnBatchNormalizationForwardTraining", operands, [=] {
    Group group(in.shape.dims, mode);
    std::vector<double> xs = in.read(), gammas = gamma.read(), shifts = shift.read(), inverse(group.count());
    Statistics s = statistics(xs, group);
    for (std::int64_t g = 0; g < group.count(); ++g) inverse[g] = 1 / std::sqrt(s.variance[g] + epsilon);
    for (std::size_t i = 0; i < xs.size(); ++i) {
      std::int64_t g = group(i);
      xs[i] = gammas[g] * (xs[i] - s.mean[g]) * inverse[g] + shifts[g];
    }
    out.write(xs, a, b);
    if (save_mean) {
      saved_mean.write(s.mean, 1, 0);
      saved_inverse.write(inverse, 1, 0);
    }
    if (running_mean) {
      double unbiased = s.size > 1 ? s.size / (s.size - 1) : 1;
      for (double& value : s.variance) value *= unbiased;
      mean.write(s.mean, factor, 1 - factor);
      variance.write(s.variance, factor, 1 - factor);
    }
  });
}

cudnnStatus_t cudnnBatchNormalizationForwardInference(cudnnHandle_t handle, cudnnBatchNormMode_t mode,
                                                      const void* alpha, const void* beta,
                                                      cudnnTensorDescriptor_t x_desc, const void* x,
                                                      cudnnTensorDescriptor_t y_desc, void* y,
                                                      cudnnTensorDescriptor_t parameter_desc, const void* scale,
                                                      const void* bias, const void* mean_data,
                                                      const void* variance_data, double epsilon) {
  if (!handle || !alpha || !beta || !fits(mode, x_desc, y_desc, parameter_desc) || epsilon < 0)
    return CUDNN_STATUS_BAD_PARAM;
  Tensor in(*x_desc, x), out(*y_desc, y), gamma(*parameter_desc, scale), shift(*parameter_desc, bias);
  Tensor mean(*parameter_desc, mean_data), variance(*parameter_desc, variance_data);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnBatchNormalizationForwardInference",
                      {in.operand("x"), out.operand("y"), gamma.operand("scale"), shift.operand("bias"),
                       mean.operand("mean"), variance.operand("variance")},
                      [=] {
                        Group group(in.shape.dims, mode);
                        std::vector<double> xs = in.read(), gammas = gamma.read(), shifts = shift.read();
                        std::vector<double> means = mean.read(), variances = variance.read();
                        for (std::size_t i = 0; i < xs.size(); ++i) {
                          std::int64_t g = group(i);
                          xs[i] = gammas[g] * (xs[i] - means[g]) / std::sqrt(variances[g] + epsilon) + shifts[g];
                        }
                        out.write(xs, a, b);
                      });
}

cudnnStatus_t cudnnBatchNormalizationBackward(cudnnHandle_t handle, cudnnBatchNormMode_t mode, const void* alpha_data,
                                              const void* beta_data, const void* alpha_parameter,
                                              const void* beta_parameter, cudnnTensorDescriptor_t x_desc, const void* x,
                                              cudnnTensorDescriptor_t dy_desc, const void* dy,
                                              cudnnTensorDescriptor_t dx_desc, void* dx,
                                              cudnnTensorDescriptor_t parameter_desc, const void* scale, void* dscale,
                                              void* dbias, double epsilon, const void* saved_mean,
                                              const void* saved_inverse_deviation) {
  if (!handle || !alpha_data || !beta_data || !alpha_parameter || !beta_parameter || epsilon < 0)
    return CUDNN_STATUS_BAD_PARAM;
  if (!fits(mode, x_desc, dy_desc, parameter_desc) || !fits(mode, x_desc, dx_desc, parameter_desc))
    return CUDNN_STATUS_BAD_PARAM;
  if (!saved_mean != !saved_inverse_deviation) return CUDNN_STATUS_BAD_PARAM;
  Tensor in(*x_desc, x), out_gradient(*dy_desc, dy), in_gradient(*dx_desc, dx), gamma(*parameter_desc, scale);
  Tensor gamma_gradient(*parameter_desc, dscale), shift_gradient(*parameter_desc, dbias);
  Tensor mean(*parameter_desc, saved_mean), inverse(*parameter_desc, saved_inverse_deviation);
  double a = scalar(alpha_data, in.shape.type), b = scalar(beta_data, in.shape.type);
  double a_parameter = scalar(alpha_parameter, in.shape.type), b_parameter = scalar(beta_parameter, in.shape.type);
  std::vector<Operand> operands = {
      in.operand("x"),        out_gradient.operand("dy"),       in_gradient.operand("dx"),
      gamma.operand("scale"), gamma_gradient.operand("dscale"), shift_gradient.operand("dbias")};
  if (saved_mean) operands.insert(operands.end(), {mean.operand("saved mean"), inverse.operand("saved deviation")});
  return submit_cudnn(handle, "cudnnBatchNormalizationBackward", operands, [=] {
    Group group(in.shape.dims, mode);
    std::vector<double> xs = in.read(), dys = out_gradient.read(), gammas = gamma.read();
    Statistics s = statistics(xs, group);
    std::vector<double> inverses(group.count()), dgammas(group.count()), dshifts(group.count());
    for (std::int64_t g = 0; g < group.count(); ++g) inverses[g] = 1 / std::sqrt(s.variance[g] + epsilon);
    if (saved_mean) {
      s.mean = mean.read();
      inverses = inverse.read();
    }
    for (std::size_t i = 0; i < xs.size(); ++i) {
      std::int64_t g = group(i);
      dgammas[g] += dys[i] * (xs[i] - s.mean[g]) * inverses[g];
      dshifts[g] += dys[i];
    }
    // dx = gamma / deviation (dy - mean(dy) - normalised x mean(dy normalised x))
    for (std::size_t i = 0; i < xs.size(); ++i) {
      std::int64_t g = group(i);
      double normalised = (xs[i] - s.mean[g]) * inverses[g];
      xs[i] = gammas[g] * inverses[g] * (dys[i] - dshifts[g] / s.size - normalised * dgammas[g] / s.size);
    }
    in_gradient.write(xs, a, b);
    gamma_gradient.write(dgammas, a_parameter, b_parameter);
    shift_gradient.write(dshifts, a_parameter, b_parameter);
  });
}

}  // extern "C"
