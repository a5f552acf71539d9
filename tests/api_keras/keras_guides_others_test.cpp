// Tables, graphs, games and parts of one's own of Keras's guides and code examples (https://keras.io), written as they
// stand there: their parameters are counted as Keras counts them, and they learn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "keras_guides.h"

using namespace keras::layers;

namespace {

// --- Actor critic ---------------------------------------------------------------------------------------------------
keras::Model actor_critic() {
  const tt::Tensor inputs = Input({4});
  const tt::Tensor common = Dense(128, {.activation = "relu"})(inputs);
  const tt::Tensor action = Dense(2, {.activation = "softmax"})(common);
  const tt::Tensor critic = Dense(1)(common);
  return keras::Model(inputs, {action, critic});
}
double play(const keras::Model& model, int episodes) {
  const keras::Optimizer optimizer = keras::optimizers::Adam({.learning_rate = 0.01});
  const keras::Loss huber_loss = keras::losses::Huber();
  double running_reward = 0;
  for (int e = 0; e < episodes; ++e) {
    std::vector<tt::Tensor> action_probs_history, critic_value_history;
    std::vector<double> rewards_history;
    tt::Tensor state = tt::zeros({4});
    for (int timestep = 0; timestep < 10; ++timestep) {
      state = ops::convert_to_tensor(state);
      state = ops::expand_dims(state, 0);
      const auto outputs = model.call(state);
      const tt::Tensor action_probs = outputs[0], critic_value = outputs[1];
      critic_value_history.push_back(critic_value[{0, 0}]);
      const auto action = ops::squeeze(keras::random::categorical(ops::log(action_probs), 1)).item<std::int64_t>();
      action_probs_history.push_back(ops::log(action_probs[{0, action}]));
      rewards_history.push_back(action == 1 ? 1 : 0);
      state = tt::ones({4}) * timestep * 0.1;
    }
    std::vector<double> returns;
    double discounted_sum = 0;
    for (auto r = rewards_history.rbegin(); r != rewards_history.rend(); ++r) {
      discounted_sum = *r + 0.99 * discounted_sum;
      returns.insert(returns.begin(), discounted_sum);
    }
    std::vector<tt::Tensor> actor_losses, critic_losses;
    for (std::size_t i = 0; i < returns.size(); ++i) {
      const tt::Tensor diff = returns[i] - critic_value_history[i];
      actor_losses.push_back(-action_probs_history[i] * diff);
      critic_losses.push_back(huber_loss(ops::expand_dims(tt::tensor(returns[i], tt::float32), 0),
                                         ops::expand_dims(critic_value_history[i], 0)));
    }
    const tt::Tensor loss_value = ops::sum(ops::stack(actor_losses)) + ops::sum(ops::stack(critic_losses));
    const auto grads = keras::gradients(loss_value, model.trainable_variables());
    optimizer.apply(grads, model.trainable_variables());
    running_reward = 0.05 * returns.size() + 0.95 * running_reward;
  }
  return running_reward;
}

// --- Memory-efficient embeddings for recommendation systems
// -----------------------------------------------------------
struct QREmbedding : keras::LayerBase {
  QREmbedding(std::int64_t vocabulary, std::int64_t embedding_dim, std::int64_t num_buckets)
      : num_buckets(num_buckets),
        q_embeddings(Embedding(num_buckets, embedding_dim)),
        r_embeddings(Embedding(vocabulary / num_buckets + 1, embedding_dim)) {}
  tt::Tensor call(const tt::Tensor& embedding_idx, bool) override {
    const tt::Tensor remainder_index = ops::mod(embedding_idx, num_buckets);
    const tt::Tensor quotient_index = ops::floor_divide(embedding_idx, num_buckets);
    return q_embeddings(remainder_index) * r_embeddings(quotient_index);
  }
  std::int64_t num_buckets;
  keras::Layer q_embeddings, r_embeddings;
};

// --- Collaborative filtering for movie recommendations
// ----------------------------------------------------------------
struct RecommenderNet : keras::ModelBase {
  RecommenderNet(std::int64_t num_users, std::int64_t num_movies, std::int64_t embedding_size)
      : user_embedding(Embedding(
            num_users, embedding_size,
            {.embeddings_initializer = "he_normal", .embeddings_regularizer = keras::regularizers::l2(1e-6)})),
        user_bias(Embedding(num_users, 1)),
        movie_embedding(Embedding(
            num_movies, embedding_size,
            {.embeddings_initializer = "he_normal", .embeddings_regularizer = keras::regularizers::l2(1e-6)})),
        movie_bias(Embedding(num_movies, 1)) {}
  tt::Tensor call(const tt::Tensor& inputs, bool) override {
    const tt::Tensor user_vector = user_embedding(inputs[{tt::Slice(), 0}]),
                     user_bias = this->user_bias(inputs[{tt::Slice(), 0}]);
    const tt::Tensor movie_vector = movie_embedding(inputs[{tt::Slice(), 1}]),
                     movie_bias = this->movie_bias(inputs[{tt::Slice(), 1}]);
    const tt::Tensor dot_user_movie = ops::tensordot(user_vector, movie_vector, 2);
    const tt::Tensor x = dot_user_movie + user_bias + movie_bias;
    return ops::nn::sigmoid(x);
  }
  keras::Layer user_embedding, user_bias, movie_embedding, movie_bias;
};

// --- Writing your own callbacks ---
struct EarlyStoppingAtMinLoss : keras::CallbackBase {
  explicit EarlyStoppingAtMinLoss(int patience = 0) : patience(patience) {}
  void on_train_begin(keras::Logs&) override {
    wait = 0;
    stopped_epoch = 0;
    best = INFINITY;
  }
  void on_epoch_end(int epoch, keras::Logs& logs) override {
    const double current = logs["loss"];
    if (current < best) {
      best = current;
      wait = 0;
      best_weights = model().get_weights();
    } else if (++wait >= patience) {
      stopped_epoch = epoch;
      model().stop_training();
      model().set_weights(best_weights);
    }
  }
  void on_train_end(keras::Logs&) override {
    if (stopped_epoch > 0) std::printf("Epoch %d: early stopping\n", stopped_epoch + 1);
  }
  int patience, wait = 0, stopped_epoch = 0;
  double best = 0;
  std::vector<tt::Tensor> best_weights;
};
struct CustomLearningRateScheduler : keras::CallbackBase {
  using Schedule = std::function<double(int, double)>;
  explicit CustomLearningRateScheduler(Schedule schedule) : schedule(schedule) {}
  void on_epoch_begin(int epoch, keras::Logs&) override {
    const double lr = model().optimizer().learning_rate();
    model().optimizer().set_learning_rate(schedule(epoch, lr));
  }
  Schedule schedule;
};

// --- Gradient centralization: an optimizer of one's own that changes gradients ---
struct GCRMSprop : keras::OptimizerBase {
  GCRMSprop(double rate) : OptimizerBase("gc_rmsprop", rate), inner(keras::optimizers::RMSprop(rate)) {}
  void apply(std::span<const tt::Tensor> gradients, std::span<const tt::Tensor> parameters) override {
    std::vector<tt::Tensor> grads;
    for (tt::Tensor g : gradients) {
      if (g.ndim() > 1) {
        std::vector<std::int64_t> axis;
        for (int i = 0; i < g.ndim() - 1; ++i) axis.push_back(i);
        g = g - ops::mean(g, axis, true);
      }
      grads.push_back(g);
    }
    inner.apply(grads, parameters);
  }
  keras::Optimizer inner;
};

// --- Graph attention networks ---
struct GraphAttention : keras::LayerBase {
  explicit GraphAttention(std::int64_t units) : units(units) {}
  void build_many(const std::vector<tt::Shape>& input_shape) override {
    kernel = add_weight(
        {.shape = {input_shape[0][-1], units}, .initializer = "glorot_uniform", .trainable = true, .name = "kernel"});
    kernel_attention = add_weight({.shape = {units * 2, 1}, .name = "kernel_attention"});
  }
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool) override {
    const tt::Tensor node_states = inputs[0], edges = inputs[1];
    const tt::Tensor node_states_transformed = ops::matmul(node_states, kernel);
    tt::Tensor node_states_expanded = ops::take(node_states_transformed, edges, 0);
    node_states_expanded = ops::reshape(node_states_expanded, {ops::shape(edges)[0], -1});
    tt::Tensor attention_scores = ops::leaky_relu(ops::matmul(node_states_expanded, kernel_attention));
    attention_scores = ops::squeeze(attention_scores, -1);
    attention_scores = ops::exp(ops::clip(attention_scores, -2, 2));
    const tt::Tensor attention_scores_sum =
        ops::segment_sum(attention_scores, edges[{tt::Slice(), 0}], node_states.shape()[0]);
    const tt::Tensor norm = ops::take(attention_scores_sum, edges[{tt::Slice(), 0}], 0);
    const tt::Tensor node_states_neighbors = ops::take(node_states_transformed, edges[{tt::Slice(), 1}], 0);
    return {ops::segment_sum(node_states_neighbors * ops::expand_dims(attention_scores / norm, 1),
                             edges[{tt::Slice(), 0}], node_states.shape()[0])};
  }
  std::int64_t units;
  tt::Tensor kernel, kernel_attention;
};

// --- Endpoint layer pattern ---
struct LogisticEndpoint : keras::LayerBase {
  keras::Loss loss_fn = keras::losses::BinaryCrossentropy({.from_logits = true});
  keras::Metric accuracy = add_metric(keras::metrics::BinaryAccuracy({.name = "accuracy"}));
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool) override {
    const tt::Tensor logits = inputs[0];
    if (inputs.size() > 1) {
      add_loss(loss_fn(inputs[1], logits));
      accuracy.update_state(inputs[1], logits);
    }
    return {ops::softmax(logits)};
  }
};

// --- Antirectifier ---
struct Antirectifier : keras::LayerBase {
  explicit Antirectifier(keras::Initializer initializer = "he_normal") : initializer(initializer) {}
  void build(const tt::Shape& input_shape) override {
    kernel = add_weight({.shape = {input_shape[-1] * 2, input_shape[-1]},
                         .initializer = initializer,
                         .trainable = true,
                         .name = "kernel"});
  }
  tt::Tensor call(tt::Tensor const& x, bool) override {
    tt::Tensor inputs = x - ops::mean(x, -1, true);
    const tt::Tensor pos = ops::relu(inputs), neg = ops::relu(-inputs);
    return ops::matmul(ops::concatenate({pos, neg}, -1), kernel);
  }
  keras::Initializer initializer;
  tt::Tensor kernel;
};

// --- Reptile ---
void reptile(const keras::Model& model) {
  const auto old_vars = model.get_weights();
  const auto new_vars = model.get_weights();
  std::vector<tt::Tensor> updated;
  for (std::size_t i = 0; i < old_vars.size(); ++i)
    updated.push_back(old_vars[i] + ((new_vars[i] - old_vars[i]) * 0.25));
  model.set_weights(updated);
}

// --- Structured data, wide & deep / gated residual ---
tt::Tensor gated_linear_unit(const tt::Tensor& x, std::int64_t units) {
  return Multiply()({Dense(units)(x), Dense(units, {.activation = "sigmoid"})(x)});
}

// --- Neural decision forest ---
struct NeuralDecisionTree : keras::LayerBase {
  NeuralDecisionTree(int depth, std::int64_t num_features, std::int64_t num_classes)
      : depth(depth), num_leaves(std::int64_t{1} << depth), num_classes(num_classes) {
    used_features_mask = ops::one_hot(ops::arange(num_features / 2), num_features);
    pi = add_weight({.shape = {num_leaves, num_classes},
                     .initializer = keras::initializers::RandomNormal(),
                     .dtype = tt::float32,
                     .trainable = true});
    decision_fn = Dense(num_leaves, {.activation = "sigmoid", .name = "decision"});
  }
  tt::Tensor call(const tt::Tensor& features, bool) override {
    const auto batch_size = ops::shape(features)[0];
    tt::Tensor f = ops::matmul(features, ops::transpose(used_features_mask));
    tt::Tensor decisions = ops::expand_dims(decision_fn(f), 2);
    decisions = keras::layers::concatenate({decisions, 1 - decisions}, {.axis = 2});
    tt::Tensor mu = ops::ones({batch_size, 1, 1});
    int begin_idx = 1, end_idx = 2;
    for (int level = 0; level < depth; ++level) {
      mu = ops::reshape(mu, {batch_size, -1, 1});
      mu = ops::tile(mu, {1, 1, 2});
      mu = mu * decisions[{tt::Slice(), tt::Slice(begin_idx, end_idx), tt::Slice()}];
      begin_idx = end_idx;
      end_idx = begin_idx + (1 << (level + 1));
    }
    mu = ops::reshape(mu, {batch_size, num_leaves});
    return ops::matmul(mu, keras::activations::softmax(pi));
  }
  int depth;
  std::int64_t num_leaves, num_classes;
  tt::Tensor used_features_mask, pi;
  keras::Layer decision_fn;
};

}  // namespace

TEST(KerasGuidesOthers, ActorCritic) {
  keras::utils::set_random_seed(3);
  const keras::Model model = actor_critic();
  EXPECT_EQ(model.count_params(), 5 * 128 + 129 * 3);
  const auto chance = [&] { return (model.call(tt::ones({1, 4}) * 0.5)[0][{0, 1}].item<float>()); };
  const float before = chance();
  EXPECT_NEAR(play(model, 12), 0.05 * 10 * (1 - std::pow(0.95, 12)) / 0.05, 1e-6);
  EXPECT_GT(chance(), before);
}

TEST(KerasGuidesOthers, EmbeddingsForRecommendations) {
  const tt::Tensor user = Input({1}, {.dtype = tt::int32});
  const keras::Model embedding(user, keras::layer<QREmbedding>(100, 8, 10)(user));
  EXPECT_EQ(embedding.count_params(), 10 * 8 + 11 * 8);
  EXPECT_EQ(embedding.predict(numbers({4, 1}, 100), {.verbose = 0}).shape(), (tt::Shape{4, 1, 8}));
  const keras::Model model = keras::model<RecommenderNet>(20, 30, 5);
  model.compile(
      {.optimizer = keras::optimizers::Adam({.learning_rate = 0.01}), .loss = keras::losses::BinaryCrossentropy()});
  expect_learns(model, numbers({16, 2}, 20), ops::abs(ramp({16, 1})));
  EXPECT_EQ(model.count_params(), 20 * 6 + 30 * 6);
  EXPECT_EQ(model.losses().size(), 2u);
}

TEST(KerasGuidesOthers, CallbacksOfOnesOwn) {
  keras::utils::set_random_seed(3);  // of a start from which the loss falls for some epochs
  const keras::Sequential model({Input({4}), Dense(1)});
  model.compile({.optimizer = keras::optimizers::RMSprop({.learning_rate = 0.1}),
                 .loss = "mean_squared_error",
                 .metrics = {"mean_absolute_error"}});
  std::vector<double> rates;
  const auto schedule = [&rates](int epoch, double lr) {
    rates.push_back(lr);
    return epoch == 3 ? 0.05 : epoch == 6 ? 0.01 : lr;
  };
  const auto stopping = keras::callback<EarlyStoppingAtMinLoss>();
  const keras::History history =
      model.fit(ramp({32, 4}), ramp({32, 1}, 7) * 3,
                {.batch_size = 8,
                 .epochs = 60,
                 .verbose = 0,
                 .callbacks = {keras::callback<CustomLearningRateScheduler>(schedule), stopping}});
  EXPECT_LT(history["loss"].size(), 60u);
  ASSERT_GT(rates.size(), 4u);
  EXPECT_FLOAT_EQ(static_cast<float>(rates[4]), 0.05F);
  EXPECT_NEAR(stopping.as<EarlyStoppingAtMinLoss>()->best,
              *std::min_element(history["loss"].begin(), history["loss"].end()), 1e-12);
}

TEST(KerasGuidesOthers, GradientsThatAreCentred) {
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential model({Input({4}), Dense(3, "relu"), Dense(2, "softmax")});
    model.compile({.optimizer = keras::optimizer<GCRMSprop>(1e-3),
                   .loss = "sparse_categorical_crossentropy",
                   .metrics = {"accuracy"},
                   .engine = engine});
    const tt::Tensor before = model.get_weights()[0];
    expect_learns(model, ramp({16, 4}), numbers({16}, 2), 20);
    EXPECT_GT(tt::max(tt::abs(model.get_weights()[0] - before)).item<float>(), 0);
  }
}

TEST(KerasGuidesOthers, GraphAttention) {
  const keras::Layer attention = keras::layer<GraphAttention>(3);
  const tt::Tensor edges = tt::tensor<std::int64_t>({{0, 1}, {0, 2}, {1, 0}, {2, 2}, {2, 0}});
  const tt::Tensor nodes = ramp({3, 4});
  const tt::Tensor y = attention({nodes, edges});
  // A node with one neighbour has that one's features: the shares of each node's edges sum to one.
  const tt::Tensor projected = ops::matmul(nodes, attention.get_weights()[0]);
  EXPECT_LT(tt::max(tt::abs(y[1] - projected[0])).item<float>(), 1e-6);
}

TEST(KerasGuidesOthers, EndpointsAndLayersOfOnesOwn) {
  const tt::Tensor inputs = Input({4}), targets = Input({3});
  const tt::Tensor logits = Dense(3)(keras::layer<Antirectifier>()(inputs));
  const keras::Model model({inputs, targets}, keras::layer<LogisticEndpoint>()({logits, targets}));
  model.compile({.optimizer = keras::optimizers::Adam(0.05)});
  const keras::TensorList data{ramp({16, 4}), ops::cast(ramp({16, 3}, 9) > 0, tt::float32)};
  const keras::History history = model.fit(data, {}, {.batch_size = 8, .epochs = 10, .verbose = 0});
  EXPECT_LT(history["loss"].back(), history["loss"].front());
  EXPECT_GT(history["accuracy"].back(), 0.5);
  reptile(model);
}

TEST(KerasGuidesOthers, StructuredData) {
  using keras::utils::FeatureSpace;
  const keras::FeatureTable table{{"sex", tt::tensor<std::int64_t>({0, 1, 1, 0, 1, 0})},
                                  {"age", tt::tensor<float>({63, 37, 41, 56, 57, 44})},
                                  {"chol", tt::tensor<float>({233, 250, 204, 236, 354, 263})},
                                  {"thal", {"fixed", "normal", "reversible", "normal", "normal", "fixed"}}};
  const FeatureSpace feature_space(
      {{"sex", FeatureSpace::integer_categorical({.num_oov_indices = 0})},
       {"thal", FeatureSpace::string_categorical({.num_oov_indices = 0})},
       {"age", FeatureSpace::float_discretized(3)},
       {"chol", FeatureSpace::float_normalized()}},
      {.output_mode = "concat", .crosses = {FeatureSpace::cross({"sex", "thal"}, 8)}, .crossing_dim = 32});
  feature_space.adapt(table);
  const tt::Tensor x = feature_space(table);
  EXPECT_EQ(x.shape(), (tt::Shape{6, 2 + 3 + 3 + 1 + 8}));
  const tt::Tensor encoded = Input({x.shape()[1]});
  tt::Tensor hidden = Dense(32, {.activation = "relu"})(encoded);
  hidden = Dropout(0.5)(gated_linear_unit(hidden, 16));
  const keras::Model training_model(encoded, Dense(1, {.activation = "sigmoid"})(hidden));
  training_model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  expect_learns(training_model, x, tt::tensor<float>({0, 1, 0, 0, 1, 1}), 60);

  const tt::Tensor features = Input({6});
  const keras::Model forest(features, keras::layer<NeuralDecisionTree>(3, 6, 2)(BatchNormalization()(features)));
  forest.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  expect_learns(forest, ramp({16, 6}), numbers({16}, 2), 20);
  EXPECT_NEAR(ops::sum(forest.predict(ramp({1, 6}), {.verbose = 0})).item<float>(), 1, 1e-5);
}
