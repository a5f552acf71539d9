// Models of pictures and clouds of Keras's code examples (https://keras.io/examples), written as they stand there:
// their parameters are counted as Keras counts them, and they learn.
#include <gtest/gtest.h>

#include <cmath>

#include "keras_guides.h"

using namespace keras::layers;

namespace {

// --- Neural style transfer ------------------------------------------------------------------------------------------
tt::Tensor gram_matrix(tt::Tensor x) {
  x = ops::transpose(x, {2, 0, 1});
  const tt::Tensor features = ops::reshape(x, {ops::shape(x)[0], -1});
  return ops::matmul(features, ops::transpose(features));
}
tt::Tensor style_loss(const tt::Tensor& style, const tt::Tensor& combination) {
  const tt::Tensor S = gram_matrix(style), C = gram_matrix(combination);
  const double channels = 3, size = 20 * 20;
  return ops::sum(ops::square(S - C)) / (4.0 * std::pow(channels, 2) * std::pow(size, 2));
}
tt::Tensor total_variation_loss(const tt::Tensor& x) {
  const tt::Tensor a = ops::square(x[{tt::Slice(), tt::Slice(0, -1), tt::Slice(0, -1), tt::Slice()}] -
                                   x[{tt::Slice(), tt::Slice(1), tt::Slice(0, -1), tt::Slice()}]);
  const tt::Tensor b = ops::square(x[{tt::Slice(), tt::Slice(0, -1), tt::Slice(0, -1), tt::Slice()}] -
                                   x[{tt::Slice(), tt::Slice(0, -1), tt::Slice(1), tt::Slice()}]);
  return ops::sum(ops::power(a + b, 1.25));
}

// --- WGAN-GP --------------------------------------------------------------------------------------------------------
struct WGAN : keras::ModelBase {
  WGAN(keras::Model discriminator, keras::Model generator, std::int64_t latent_dim, int discriminator_extra_steps = 3,
       double gp_weight = 10.0)
      : discriminator(discriminator),
        generator(generator),
        latent_dim(latent_dim),
        d_steps(discriminator_extra_steps),
        gp_weight(gp_weight) {}
  tt::Tensor call(const tt::Tensor& x, bool) override { return discriminator(x); }
  tt::Tensor gradient_penalty(const tt::Tensor& real, const tt::Tensor& fake) {
    const tt::Tensor alpha = keras::random::uniform({ops::shape(real)[0], 1, 1, 1});
    const tt::Tensor diff = fake - real;
    const tt::Tensor interpolated = keras::watch(real + alpha * diff);
    const tt::Tensor pred = discriminator(interpolated, true);
    const tt::Tensor grads = keras::gradients(pred, interpolated, {.create_graph = true})[0];
    const tt::Tensor norm = ops::sqrt(ops::sum(ops::square(grads), {1, 2, 3}));
    return ops::mean(ops::square(norm - 1.0));
  }
  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const tt::Tensor real_images = data.x[0];
    const auto batch_size = ops::shape(real_images)[0];
    tt::Tensor d_loss, g_loss;
    for (int i = 0; i < d_steps; ++i) {
      const tt::Tensor random_latent_vectors = keras::random::normal({batch_size, latent_dim});
      const tt::Tensor fake_images = generator(random_latent_vectors, true);
      const tt::Tensor fake_logits = discriminator(fake_images, true), real_logits = discriminator(real_images, true);
      const tt::Tensor d_cost = ops::mean(fake_logits) - ops::mean(real_logits);
      d_loss = d_cost + gradient_penalty(real_images, fake_images) * gp_weight;
      const auto weights = discriminator.trainable_variables();
      d_optimizer.apply(keras::gradients(d_loss, weights), weights);
    }
    const tt::Tensor generated_images = generator(keras::random::normal({batch_size, latent_dim}), true);
    g_loss = -ops::mean(discriminator(generated_images, true));
    const auto weights = generator.trainable_variables();
    g_optimizer.apply(keras::gradients(g_loss, weights), weights);
    return keras::StepLogs{{"d_loss", d_loss}, {"g_loss", g_loss}};
  }
  keras::Model discriminator, generator;
  std::int64_t latent_dim;
  int d_steps;
  double gp_weight;
  keras::Optimizer d_optimizer = keras::optimizers::Adam(0.001, {.beta_1 = 0.5, .beta_2 = 0.9});
  keras::Optimizer g_optimizer = keras::optimizers::Adam(0.001, {.beta_1 = 0.5, .beta_2 = 0.9});
};

// --- PointNet -------------------------------------------------------------------------------------------------------
tt::Tensor conv_bn(tt::Tensor x, std::int64_t filters) {
  x = Conv1D(filters, 1, {.padding = "valid"})(x);
  x = BatchNormalization({.momentum = 0.0})(x);
  return Activation("relu")(x);
}
tt::Tensor dense_bn(tt::Tensor x, std::int64_t filters) {
  x = Dense(filters)(x);
  x = BatchNormalization({.momentum = 0.0})(x);
  return Activation("relu")(x);
}
keras::Regularizer orthogonal(std::int64_t num_features, double l2reg = 0.001) {
  return [=](tt::Tensor x) {
    x = ops::reshape(x, {-1, num_features, num_features});
    const tt::Tensor xxt = ops::tensordot(x, x, {2}, {2});
    return ops::sum(l2reg * ops::square(xxt - ops::eye(num_features).reshape({1, num_features, 1, num_features})));
  };
}
tt::Tensor tnet(const tt::Tensor& inputs, std::int64_t num_features) {
  const keras::Initializer bias = keras::initializers::Constant(ops::ravel(ops::eye(num_features)));
  tt::Tensor x = conv_bn(inputs, 32);
  x = conv_bn(x, 64);
  x = conv_bn(x, 512);
  x = GlobalMaxPooling1D()(x);
  x = dense_bn(x, 256);
  x = dense_bn(x, 128);
  x = Dense(
      num_features * num_features,
      {.kernel_initializer = "zeros", .bias_initializer = bias, .activity_regularizer = orthogonal(num_features)})(x);
  const tt::Tensor feat_T = Reshape({num_features, num_features})(x);
  return Dot({.axes = {2, 1}})({inputs, feat_T});
}

// --- Image super-resolution with an efficient sub-pixel CNN ---------------------------------------------------------
struct DepthToSpace : keras::LayerBase {
  explicit DepthToSpace(std::int64_t block_size) : block_size(block_size) {}
  tt::Tensor call(const tt::Tensor& input, bool) override {
    const auto shape = ops::shape(input);
    const auto batch = shape[0], height = shape[1], width = shape[2];
    const std::int64_t depth = input.shape()[3] / (block_size * block_size);
    tt::Tensor x = ops::reshape(input, {batch, height, width, block_size, block_size, depth});
    x = ops::transpose(x, {0, 1, 3, 2, 4, 5});
    return ops::reshape(x, {batch, height * block_size, width * block_size, depth});
  }
  std::int64_t block_size;
};
keras::Model espcn(std::int64_t upscale_factor = 3, std::int64_t channels = 1) {
  const keras::Conv2DOptions conv_args{.padding = "same", .activation = "relu", .kernel_initializer = "orthogonal"};
  const tt::Tensor inputs = Input({-1, -1, channels});
  tt::Tensor x = Conv2D(64, 5, conv_args)(inputs);
  x = Conv2D(64, 3, conv_args)(x);
  x = Conv2D(32, 3, conv_args)(x);
  x = Conv2D(channels * upscale_factor * upscale_factor, 3, conv_args)(x);
  return keras::Model(inputs, keras::layer<DepthToSpace>(upscale_factor)(x));
}
struct ESPCNCallback : keras::CallbackBase {
  std::vector<double> psnr, means;
  void on_epoch_begin(int, keras::Logs&) override { psnr.clear(); }
  void on_epoch_end(int, keras::Logs&) override {
    double sum = 0;
    for (const double p : psnr) sum += p;
    means.push_back(sum / psnr.size());
  }
  void on_test_batch_end(std::int64_t, keras::Logs& logs) override {
    psnr.push_back(10 * std::log10(1 / logs["loss"]));
  }
};

// --- VQ-VAE ---------------------------------------------------------------------------------------------------------
struct VectorQuantizer : keras::LayerBase {
  VectorQuantizer(std::int64_t num_embeddings, std::int64_t embedding_dim, double beta = 0.25)
      : embedding_dim(embedding_dim), num_embeddings(num_embeddings), beta(beta) {
    embeddings = add_weight({.shape = {embedding_dim, num_embeddings},
                             .initializer = keras::initializers::RandomUniform(),
                             .name = "embeddings_vqvae"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override {
    const tt::Tensor flattened = ops::reshape(x, {-1, embedding_dim});
    const tt::Tensor encoding_indices = get_code_indices(flattened);
    const tt::Tensor encodings = ops::one_hot(encoding_indices, num_embeddings);
    tt::Tensor quantized = ops::matmul(encodings, ops::transpose(embeddings));
    quantized = ops::reshape(quantized, ops::shape(x));
    const tt::Tensor commitment_loss = ops::mean(ops::square(ops::stop_gradient(quantized) - x));
    const tt::Tensor codebook_loss = ops::mean(ops::square(quantized - ops::stop_gradient(x)));
    add_loss(beta * commitment_loss + codebook_loss);
    return x + ops::stop_gradient(quantized - x);
  }
  tt::Tensor get_code_indices(const tt::Tensor& flattened_inputs) {
    const tt::Tensor similarity = ops::matmul(flattened_inputs, embeddings);
    const tt::Tensor distances =
        ops::sum(ops::square(flattened_inputs), 1, true) + ops::sum(ops::square(embeddings), 0) - 2 * similarity;
    return ops::argmin(distances, 1);
  }
  std::int64_t embedding_dim, num_embeddings;
  double beta;
  tt::Tensor embeddings;
};
keras::Model vqvae(std::int64_t latent_dim = 16, std::int64_t num_embeddings = 64) {
  const keras::Layer vq_layer = keras::layer<VectorQuantizer>(num_embeddings, latent_dim);
  const tt::Tensor encoder_inputs = Input({28, 28, 1});
  tt::Tensor x = Conv2D(32, 3, {.strides = 2, .padding = "same", .activation = "relu"})(encoder_inputs);
  x = Conv2D(64, 3, {.strides = 2, .padding = "same", .activation = "relu"})(x);
  const keras::Model encoder(encoder_inputs, Conv2D(latent_dim, 1, {.padding = "same"})(x), {.name = "encoder"});
  const tt::Tensor latent_inputs = Input({7, 7, latent_dim});
  x = Conv2DTranspose(64, 3, {.strides = 2, .padding = "same", .activation = "relu"})(latent_inputs);
  x = Conv2DTranspose(32, 3, {.strides = 2, .padding = "same", .activation = "relu"})(x);
  const keras::Model decoder(latent_inputs, Conv2DTranspose(1, 3, {.padding = "same"})(x), {.name = "decoder"});
  const tt::Tensor inputs = Input({28, 28, 1});
  return keras::Model(inputs, decoder(vq_layer(encoder(inputs))), {.name = "vq_vae"});
}
struct VQVAETrainer : keras::ModelBase {
  VQVAETrainer(double train_variance) : train_variance(train_variance) {}
  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const tt::Tensor x = data.x[0];
    const tt::Tensor reconstructions = vq(x);
    const tt::Tensor reconstruction_loss = ops::mean(ops::square(x - reconstructions)) / train_variance;
    tt::Tensor vq_loss = reconstruction_loss * 0;
    for (const tt::Tensor& loss : vq.losses()) vq_loss = vq_loss + loss;
    const tt::Tensor total_loss = reconstruction_loss + vq_loss;
    const auto grads = keras::gradients(total_loss, vq.trainable_variables());
    optimizer().apply(grads, vq.trainable_variables());
    total_loss_tracker.update_state(total_loss);
    reconstruction_loss_tracker.update_state(reconstruction_loss);
    vq_loss_tracker.update_state(vq_loss);
    return keras::StepLogs{{"loss", total_loss_tracker.result_tensor()},
                           {"reconstruction_loss", reconstruction_loss_tracker.result_tensor()},
                           {"vqvae_loss", vq_loss_tracker.result_tensor()}};
  }
  std::vector<keras::Metric> metrics() override {
    return {total_loss_tracker, reconstruction_loss_tracker, vq_loss_tracker};
  }
  double train_variance;
  keras::Model vq = vqvae();
  keras::Metric total_loss_tracker = keras::metrics::Mean({.name = "total_loss"}),
                reconstruction_loss_tracker = keras::metrics::Mean({.name = "reconstruction_loss"}),
                vq_loss_tracker = keras::metrics::Mean({.name = "vq_loss"});
};

// --- Image similarity estimation using a Siamese network with a triplet loss
// ------------------------------------------
struct DistanceLayer : keras::LayerBase {
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool) override {
    const tt::Tensor anchor = inputs[0], positive = inputs[1], negative = inputs[2];
    const tt::Tensor ap_distance = ops::sum(ops::square(anchor - positive), -1);
    const tt::Tensor an_distance = ops::sum(ops::square(anchor - negative), -1);
    return {ap_distance, an_distance};
  }
};
keras::Model siamese_network() {
  const keras::Sequential embedding(
      {Input({20, 20, 3}), Conv2D(8, 3), Flatten(), Dense(32, "relu"), BatchNormalization(), Dense(16)},
      {.name = "Embedding"});
  const tt::Tensor anchor_input = Input({20, 20, 3}, {.name = "anchor"}),
                   positive_input = Input({20, 20, 3}, {.name = "positive"}),
                   negative_input = Input({20, 20, 3}, {.name = "negative"});
  const auto distances = keras::layer<DistanceLayer>().call(
      {embedding(anchor_input), embedding(positive_input), embedding(negative_input)});
  return keras::Model({anchor_input, positive_input, negative_input}, distances);
}
struct SiameseModel : keras::ModelBase {
  SiameseModel(keras::Model siamese_network, double margin = 0.5) : siamese_network(siamese_network), margin(margin) {}
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool training) override {
    return siamese_network.call(inputs, training);
  }
  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const tt::Tensor loss = compute_triplet_loss(data);
    const auto gradients = keras::gradients(loss, siamese_network.trainable_weights());
    optimizer().apply(gradients, siamese_network.trainable_weights());
    loss_tracker.update_state(loss);
    return keras::StepLogs{{"loss", loss_tracker.result_tensor()}};
  }
  std::optional<keras::StepLogs> test_step(const keras::StepData& data) override {
    loss_tracker.update_state(compute_triplet_loss(data));
    return keras::StepLogs{{"loss", loss_tracker.result_tensor()}};
  }
  tt::Tensor compute_triplet_loss(const keras::StepData& data) {
    const auto distances = siamese_network.call(data.x);
    const tt::Tensor loss = distances[0] - distances[1];
    return ops::maximum(loss + margin, 0.0);
  }
  std::vector<keras::Metric> metrics() override { return {loss_tracker}; }
  keras::Model siamese_network;
  double margin;
  keras::Metric loss_tracker = keras::metrics::Mean({.name = "loss"});
};

// --- Next-frame video prediction with convolutional LSTMs
// -------------------------------------------------------------
keras::Model conv_lstm() {
  const tt::Tensor inp = Input({-1, 12, 12, 1});
  tt::Tensor x = ConvLSTM2D(8, {5, 5}, {.padding = "same", .activation = "relu", .return_sequences = true})(inp);
  x = BatchNormalization()(x);
  x = ConvLSTM2D(8, {3, 3}, {.padding = "same", .activation = "relu", .return_sequences = true})(x);
  x = BatchNormalization()(x);
  x = ConvLSTM2D(8, {1, 1}, {.padding = "same", .activation = "relu", .return_sequences = true})(x);
  x = Conv3D(1, {3, 3, 3}, {.padding = "same", .activation = "sigmoid"})(x);
  return keras::Model(inp, x);
}

// --- Grad-CAM ---
tt::Tensor make_gradcam_heatmap(const tt::Tensor& img_array, const keras::Model& model,
                                const std::string& last_conv_layer_name, int pred_index = -1) {
  const keras::Model grad_model(model.inputs(), {model.get_layer(last_conv_layer_name).output(), model.output()});
  const auto results = grad_model.call(img_array);
  tt::Tensor last_conv_layer_output = results[0];
  const tt::Tensor preds = results[1];
  const auto index = pred_index < 0 ? ops::argmax(preds[0]).item<std::int64_t>() : pred_index;
  const tt::Tensor class_channel = preds[{tt::Slice(), index}];
  const tt::Tensor grads = keras::gradients(class_channel, last_conv_layer_output)[0];
  const tt::Tensor pooled_grads = ops::mean(grads, {0, 1, 2});
  last_conv_layer_output = last_conv_layer_output[0];
  tt::Tensor heatmap = ops::matmul(last_conv_layer_output, pooled_grads[{tt::ellipsis, tt::newaxis}]);
  heatmap = ops::squeeze(heatmap);
  return ops::maximum(heatmap, 0) / ops::max(heatmap);
}

// --- Visualizing what convnets learn ---
tt::Tensor gradient_ascent_step(const keras::Model& feature_extractor, tt::Tensor img, std::int64_t filter_index,
                                double learning_rate) {
  img = img.detach();
  img.set_requires_grad();
  const tt::Tensor activation = feature_extractor(img);
  const tt::Tensor filter_activation = activation[{tt::Slice(), tt::Slice(2, -2), tt::Slice(2, -2), filter_index}];
  tt::Tensor grads = keras::gradients(ops::mean(filter_activation), img)[0];
  grads = ops::normalize(grads);
  return img + learning_rate * grads;
}

// --- Denoising diffusion implicit models ---
tt::Tensor sinusoidal_embedding(const tt::Tensor& x) {
  const double embedding_min_frequency = 1.0, embedding_max_frequency = 1000.0;
  const std::int64_t embedding_dims = 32;
  const tt::Tensor frequencies =
      ops::exp(ops::linspace(std::log(embedding_min_frequency), std::log(embedding_max_frequency), embedding_dims / 2));
  const tt::Tensor angular_speeds = ops::cast(2.0 * M_PI * frequencies, tt::float32);
  return ops::concatenate({ops::sin(angular_speeds * x), ops::cos(angular_speeds * x)}, 3);
}
keras::Model diffusion_unet(std::int64_t image_size, const std::vector<std::int64_t>& widths, int block_depth) {
  const auto residual_block = [](tt::Tensor x, std::int64_t width) {
    tt::Tensor residual = x.shape()[3] == width ? x : Conv2D(width, 1)(x);
    x = BatchNormalization({.center = false, .scale = false})(x);
    x = Conv2D(width, 3, {.padding = "same", .activation = "swish"})(x);
    x = Conv2D(width, 3, {.padding = "same"})(x);
    return Add()({x, residual});
  };
  const tt::Tensor noisy_images = Input({image_size, image_size, 3}), noise_variances = Input({1, 1, 1});
  tt::Tensor e = Lambda(sinusoidal_embedding)(noise_variances);
  e = UpSampling2D(image_size, {.interpolation = "nearest"})(e);
  tt::Tensor x = Conv2D(widths[0], 1)(noisy_images);
  x = Concatenate()({x, e});
  std::vector<tt::Tensor> skips;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    for (int j = 0; j < block_depth; ++j) {
      x = residual_block(x, widths[i]);
      skips.push_back(x);
    }
    x = AveragePooling2D(2)(x);
  }
  for (int j = 0; j < block_depth; ++j) x = residual_block(x, widths.back());
  for (std::size_t i = widths.size() - 1; i-- > 0;) {
    x = UpSampling2D(2, {.interpolation = "bilinear"})(x);
    for (int j = 0; j < block_depth; ++j) {
      x = Concatenate()({x, skips.back()});
      skips.pop_back();
      x = residual_block(x, widths[i]);
    }
  }
  x = Conv2D(3, 1, {.kernel_initializer = "zeros"})(x);
  return keras::Model({noisy_images, noise_variances}, x, {.name = "residual_unet"});
}
struct DiffusionModel : keras::ModelBase {
  keras::Model network = diffusion_unet(8, {8, 16}, 1);
  keras::Layer normalizer = Normalization();
  keras::Model ema_network = keras::models::clone_model(network);
  tt::Tensor denoise_noise;
  std::pair<tt::Tensor, tt::Tensor> diffusion_schedule(const tt::Tensor& diffusion_times) {
    const double start_angle = std::acos(0.95), end_angle = std::acos(0.02);
    const tt::Tensor diffusion_angles = start_angle + diffusion_times * (end_angle - start_angle);
    return {ops::sin(diffusion_angles), ops::cos(diffusion_angles)};
  }
  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const tt::Tensor images = normalizer(data.x[0], true);
    const tt::Tensor noises = keras::random::normal(ops::shape(images));
    const tt::Tensor diffusion_times = keras::random::uniform({ops::shape(images)[0], 1, 1, 1}, 0.0, 1.0);
    const auto [noise_rates, signal_rates] = diffusion_schedule(diffusion_times);
    const tt::Tensor noisy_images = signal_rates * images + noise_rates * noises;
    const tt::Tensor pred_noises = network({noisy_images, ops::power(noise_rates, 2)}, true);
    const tt::Tensor noise_loss = keras::losses::mean_absolute_error(noises, pred_noises);
    const auto weights = network.trainable_weights();
    optimizer().apply(keras::gradients(noise_loss, weights), weights);
    noise_loss_tracker.update_state(noise_loss);
    const auto from = network.weights(), to = ema_network.weights();
    for (std::size_t i = 0; i < to.size(); ++i)
      tt::assign(to[i].value, 0.999 * to[i].value + (1 - 0.999) * from[i].value);
    return keras::StepLogs{{"n_loss", noise_loss_tracker.result_tensor()}};
  }
  std::vector<keras::Metric> metrics() override { return {noise_loss_tracker}; }
  keras::Metric noise_loss_tracker = keras::metrics::Mean({.name = "n_loss"});
};

// --- MLP-Mixer ---
struct MLPMixerLayer : keras::LayerBase {
  MLPMixerLayer(std::int64_t num_patches, std::int64_t hidden_units, double dropout_rate)
      : mlp1(
            keras::Sequential({Dense(num_patches, {.activation = "gelu"}), Dense(num_patches), Dropout(dropout_rate)})),
        mlp2(keras::Sequential(
            {Dense(num_patches, {.activation = "gelu"}), Dense(hidden_units), Dropout(dropout_rate)})),
        normalize(LayerNormalization({.epsilon = 1e-6})) {}
  void build(const tt::Shape& s) override { keras::LayerBase::build(s); }
  tt::Tensor call(const tt::Tensor& inputs, bool) override {
    tt::Tensor x = normalize(inputs);
    const tt::Tensor x_channels = ops::transpose(x, {0, 2, 1});
    tt::Tensor mlp1_outputs = mlp1(x_channels);
    mlp1_outputs = ops::transpose(mlp1_outputs, {0, 2, 1});
    x = mlp1_outputs + inputs;
    return x + mlp2(normalize(x));
  }
  keras::Layer mlp1, mlp2, normalize;
};

// --- Vision transformer patches ---
struct Patches : keras::LayerBase {
  explicit Patches(std::int64_t patch_size) : patch_size(patch_size) {}
  tt::Tensor call(const tt::Tensor& images, bool) override {
    const auto input_shape = ops::shape(images);
    const auto batch_size = input_shape[0];
    const auto num_patches_h = input_shape[1] / patch_size, num_patches_w = input_shape[2] / patch_size;
    const tt::Tensor patches = ops::image::extract_patches(images, patch_size);
    return ops::reshape(patches, {batch_size, num_patches_h * num_patches_w, patch_size * patch_size * input_shape[3]});
  }
  std::int64_t patch_size;
};

// --- Compact Convolutional Transformers: StochasticDepth ---
struct StochasticDepth : keras::LayerBase {
  explicit StochasticDepth(double drop_prop) : drop_prob(drop_prop), seed_generator(1337) {}
  tt::Tensor call(const tt::Tensor& x, bool training) override {
    if (!training) return x;
    const double keep_prob = 1 - drop_prob;
    const auto shape = ops::shape(x);
    tt::Tensor random_tensor = keep_prob + keras::random::uniform({shape[0], 1, 1}, 0, 1, tt::float32, seed_generator);
    random_tensor = ops::floor(random_tensor);
    return (x / keep_prob) * random_tensor;
  }
  double drop_prob;
  keras::random::SeedGenerator seed_generator;
};
struct SequencePooling : keras::LayerBase {
  keras::Layer attention = Dense(1);
  tt::Tensor call(const tt::Tensor& x, bool) override {
    tt::Tensor attention_weights = ops::softmax(attention(x), 1);
    attention_weights = ops::transpose(attention_weights, {0, 2, 1});
    const tt::Tensor weighted_representation = ops::matmul(attention_weights, x);
    return ops::squeeze(weighted_representation, -2);
  }
};

// --- mixup ---
std::pair<tt::Tensor, tt::Tensor> mix_up(const tt::Tensor& images_one, const tt::Tensor& labels_one,
                                         const tt::Tensor& images_two, const tt::Tensor& labels_two, double alpha) {
  const auto batch_size = ops::shape(images_one)[0];
  const tt::Tensor g1 = keras::random::gamma({batch_size}, alpha), g2 = keras::random::gamma({batch_size}, alpha);
  const tt::Tensor l = g1 / (g1 + g2);
  const tt::Tensor x_l = ops::reshape(l, {batch_size, 1, 1, 1}), y_l = ops::reshape(l, {batch_size, 1});
  return {images_one * x_l + images_two * (1 - x_l), labels_one * y_l + labels_two * (1 - y_l)};
}

// --- Learning to resize: resize inside a layer ---
tt::Tensor resizer(const tt::Tensor& x) {
  tt::Tensor b = Resizing(12, 12, {.interpolation = "bilinear"})(x);
  b = keras::layers::LeakyReLU(0.2)(b);
  return ops::image::resize(b, {8, 8});
}

}  // namespace

TEST(KerasGuidesVision, NeuralStyleTransfer) {
  // keras: matmul(f, f^T) of the channels of sin(0, 1, ...) in (2, 3, 4).
  const std::vector<float> gram = gram_matrix(ramp({2, 3, 4})).to_vector<float>();
  EXPECT_NEAR(gram[0], 2.75585F, 1e-5);
  EXPECT_NEAR(gram[1], 1.94861F, 1e-5);
  EXPECT_NEAR(gram[10], 2.74622F, 1e-5);
  const keras::Sequential net(
      {Input({8, 8, 3}), Conv2D(4, 3, {.activation = "relu", .name = "style"}), Conv2D(4, 3, {.name = "content"})});
  const keras::Model features(net.inputs(), {net.get_layer("style").output(), net.get_layer("content").output()});
  const auto style = features.call(ramp({1, 8, 8, 3}, 5)), content = features.call(ramp({1, 8, 8, 3}, 90));
  tt::Tensor combination = ramp({1, 8, 8, 3}, 40);
  combination.set_requires_grad();
  const keras::Optimizer optimizer =
      keras::optimizers::SGD(keras::optimizers::schedules::ExponentialDecay(0.5, 100, 0.96));
  std::vector<double> losses;
  for (int i = 0; i < 20; ++i) {
    const auto now = features.call(combination);
    const tt::Tensor loss = style_loss(style[0][0], now[0][0]) * 1e4 +
                            ops::sum(ops::square(now[1] - content[1])) * 0.05 +
                            total_variation_loss(combination) * 1e-4;
    optimizer.apply_gradients({{keras::gradients(loss, combination)[0], combination}});
    losses.push_back(loss.item<double>());
  }
  EXPECT_LT(losses.back(), 0.9 * losses.front());
}

TEST(KerasGuidesVision, WganGp) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(1);
    const keras::Sequential discriminator(
        {Input({8, 8, 1}), Conv2D(8, 3, {.strides = 2, .padding = "same"}), LeakyReLU(0.2), Flatten(), Dense(1)});
    const keras::Sequential generator({Input({4}), Dense(64, {.use_bias = false}), BatchNormalization(), LeakyReLU(0.2),
                                       Reshape({8, 8, 1}), Conv2D(1, 3, {.padding = "same", .activation = "tanh"})});
    const keras::Model wgan = keras::model<WGAN>(discriminator, generator, 4);
    wgan.compile({.engine = engine});
    const auto before = generator.get_weights()[0].to_vector<float>();
    static_cast<WGAN&>(wgan.base()).gp_weight = 100;  // the discriminator's slope is drawn to 1 before all
    const keras::History history = wgan.fit(ramp({16, 8, 8, 1}), {}, {.batch_size = 8, .epochs = 20, .verbose = 0});
    EXPECT_LT(history["d_loss"].back(), history["d_loss"].front()) << engine;
    EXPECT_NE(generator.get_weights()[0].to_vector<float>(), before) << engine;
  }
}

TEST(KerasGuidesVision, PointNet) {
  const tt::Tensor inputs = Input({64, 3});
  tt::Tensor x = tnet(inputs, 3);
  x = conv_bn(x, 32);
  x = conv_bn(x, 32);
  x = tnet(x, 32);
  x = conv_bn(x, 32);
  x = conv_bn(x, 64);
  x = conv_bn(x, 512);
  x = GlobalMaxPooling1D()(x);
  x = dense_bn(x, 256);
  x = Dropout(0.3)(x);
  x = dense_bn(x, 128);
  x = Dropout(0.3)(x);
  const keras::Model model(inputs, Dense(10, {.activation = "softmax"})(x), {.name = "pointnet"});
  EXPECT_EQ(model.count_params(), 748979);
  model.compile({.optimizer = keras::optimizers::Adam({.learning_rate = 0.001}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"sparse_categorical_accuracy"}});
  expect_learns(model, ramp({8, 64, 3}), ops::cast(ops::arange(8), tt::int32), 40);
  // The transform of points starts as the identity, whose penalty is 0; keras: tensordot(x, x, axes=(2, 2)).
  EXPECT_EQ(orthogonal(3)(ops::reshape(ops::eye(3), {1, 9})).item<float>(), 0);
  const tt::Tensor products = ops::tensordot(ramp({2, 3, 4}), ramp({2, 3, 4}), {2}, {2});
  EXPECT_EQ(products.shape(), (tt::Shape{2, 3, 2, 3}));
  EXPECT_NEAR((products[{0, 0, 0, 1}].item<float>()), -0.96826F, 1e-5);
}

TEST(KerasGuidesVision, SuperResolution) {
  const keras::Model model = espcn();
  EXPECT_EQ(model.count_params(), 59657);
  model.compile(
      {.optimizer = keras::optimizers::Adam({.learning_rate = 0.001}), .loss = keras::losses::MeanSquaredError()});
  const auto callback = keras::callback<ESPCNCallback>();
  const tt::Tensor small = ops::abs(ramp({8, 6, 5, 1})), large = Resizing(18, 15)(small);
  const keras::History history = model.fit(
      small, large,
      {.batch_size = 4, .epochs = 4, .verbose = 0, .callbacks = {callback}, .validation_data = {small, large}});
  EXPECT_LT(history["loss"].back(), history["loss"].front());
  EXPECT_EQ(callback.as<ESPCNCallback>()->means.size(), 4u);
  EXPECT_GT(callback.as<ESPCNCallback>()->means.back(), callback.as<ESPCNCallback>()->means.front());
  EXPECT_EQ(model.predict(tt::ones({1, 4, 7, 1}), {.verbose = 0}).shape(), (tt::Shape{1, 12, 21, 1}));
  EXPECT_EQ(keras::layer<DepthToSpace>(2)(ramp({2, 3, 4, 8})).to_vector<float>(),
            ops::depth_to_space(ramp({2, 3, 4, 8}), 2).to_vector<float>());
}

TEST(KerasGuidesVision, VqVae) {
  const keras::Model trainer = keras::model<VQVAETrainer>(0.1);
  trainer.compile({.optimizer = keras::optimizers::Adam()});
  expect_learns(trainer, ramp({8, 28, 28, 1}), {}, 5, "reconstruction_loss");
}

TEST(KerasGuidesVision, SiameseNetworkWithATripletLoss) {
  const keras::Model model = keras::model<SiameseModel>(siamese_network());
  model.compile({.optimizer = keras::optimizers::Adam(0.001)});
  const keras::TensorList x{ramp({8, 20, 20, 3}), ramp({8, 20, 20, 3}, 3), ramp({8, 20, 20, 3}, 60)};
  expect_learns(model, x, {});
  EXPECT_GE(model.evaluate(x, {}, {.verbose = 0})["loss"], 0);
  const keras::Metric cosine_similarity = keras::metrics::CosineSimilarity();
  EXPECT_NO_THROW(static_cast<void>(keras::Metric(cosine_similarity)(x[0], x[1])));
}

TEST(KerasGuidesVision, NextFrame) {
  const keras::Model model = conv_lstm();
  EXPECT_EQ(model.count_params(), 12697);
  model.compile({.optimizer = keras::optimizers::Adam(), .loss = keras::losses::BinaryCrossentropy()});
  const tt::Tensor frames = ops::abs(ramp({4, 5, 12, 12, 1}));
  expect_learns(model, frames[{tt::Slice(), tt::Slice(0, 4)}], frames[{tt::Slice(), tt::Slice(1)}], 3);
}

TEST(KerasGuidesVision, WhatAConvolutionSees) {
  const keras::Sequential model({Input({12, 12, 3}), Conv2D(6, 3, {.activation = "relu", .name = "last_conv"}),
                                 GlobalAveragePooling2D(), Dense(5)});
  const tt::Tensor heatmap = make_gradcam_heatmap(ramp({1, 12, 12, 3}), model, "last_conv");
  EXPECT_EQ(heatmap.shape(), (tt::Shape{10, 10}));
  EXPECT_GE(tt::min(heatmap).item<float>(), 0);
  const keras::Model extractor(model.inputs(), model.get_layer("last_conv").output());
  tt::Tensor image = ramp({1, 12, 12, 3}) * 0.1;
  const double before = tt::mean(extractor(image)[{tt::ellipsis, 2}]).item<double>();
  for (int i = 0; i < 5; ++i) image = gradient_ascent_step(extractor, image, 2, 10);
  EXPECT_GT(tt::mean(extractor(image)[{tt::ellipsis, 2}]).item<double>(), before);
}

TEST(KerasGuidesVision, DiffusionModel) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(2);
    const keras::Model model = keras::model<DiffusionModel>();
    auto& mine = static_cast<DiffusionModel&>(model.base());
    EXPECT_EQ(mine.network.count_params(), 10155);
    EXPECT_NE(mine.ema_network.get_layer(-1).name(), "");
    const tt::Tensor images = ramp({16, 8, 8, 3});
    mine.normalizer.adapt(images);
    model.compile(
        {.optimizer = keras::optimizers::AdamW({.learning_rate = 1e-2, .weight_decay = 1e-4}), .engine = engine});
    expect_learns(model, images, {}, 15, "n_loss");
    EXPECT_NE(mine.network.get_weights()[0].to_vector<float>(), mine.ema_network.get_weights()[0].to_vector<float>());
  }
}

TEST(KerasGuidesVision, MixerTransformersAndTheirParts) {
  const tt::Tensor images = Input({8, 8, 3});
  const tt::Tensor patches = keras::layer<Patches>(4)(images);
  EXPECT_EQ(patches.shape(), (tt::Shape{-1, 4, 48}));
  tt::Tensor x = Dense(16)(patches);
  x = keras::layer<MLPMixerLayer>(4, 16, 0.1)(x);
  x = keras::layer<StochasticDepth>(0.2)(x);
  x = keras::layer<SequencePooling>()(x);
  const keras::Model model(images, Dense(3, {.activation = "softmax"})(x));
  model.compile({.optimizer = "adam",
                 .loss = keras::losses::CategoricalCrossentropy({.label_smoothing = 0.1}),
                 .metrics = {"accuracy"}});
  const tt::Tensor data = ramp({8, 8, 8, 3}), labels = ops::one_hot(ops::arange(8) % 3, 3);
  const auto [mixed, mixed_labels] = mix_up(data, labels, ops::flip(data, {0}), ops::flip(labels, {0}), 0.2);
  EXPECT_NEAR(tt::sum(mixed_labels).item<float>(), 8, 1e-4);
  expect_learns(model, data, labels);
  EXPECT_EQ(resizer(data).shape(), data.shape());
}
