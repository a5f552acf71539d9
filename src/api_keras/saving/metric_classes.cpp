// Metrics from their configs.
#include "api_keras/saving/remake.h"
#include "triptych/keras/metrics.h"

namespace triptych::keras {
namespace {

/// By options alone.
template <auto make>
Metric plain(Fields& config) {
  return Remake<MetricOptions>::by<Metric>([](MetricOptions options, Location) { return make(std::move(options)); }, {},
                                           config);
}
template <class Options, auto make>
Metric with(Fields& config) {
  if constexpr (std::is_invocable_v<decltype(make), Options, Location>)
    return Remake<Options>::template by<Metric>(make, {}, config);
  else
    return Remake<Options>::template by<Metric>([](Options options, Location) { return make(std::move(options)); }, {},
                                                config);
}
template <class Options, auto make>
Metric at(const char* bound, Fields& config) {
  return Remake<double, Options>::template by<Metric>(make, {bound}, config);
}

}  // namespace

std::span<const MetricClass> metric_classes() {
  using Classes = std::vector<std::int64_t>;
  static constexpr MetricClass classes[] = {
      {"Accuracy", plain<&metrics::Accuracy>},
      {"BinaryAccuracy", with<BinaryAccuracyOptions, &metrics::BinaryAccuracy>},
      {"CategoricalAccuracy", plain<&metrics::CategoricalAccuracy>},
      {"SparseCategoricalAccuracy", plain<&metrics::SparseCategoricalAccuracy>},
      {"TopKCategoricalAccuracy", with<TopKCategoricalAccuracyOptions, &metrics::TopKCategoricalAccuracy>},
      {"SparseTopKCategoricalAccuracy",
       with<SparseTopKCategoricalAccuracyOptions, &metrics::SparseTopKCategoricalAccuracy>},
      {"AUC", with<AUCOptions, &metrics::AUC>},
      {"TruePositives", with<ConfusionCountOptions, &metrics::TruePositives>},
      {"TrueNegatives", with<ConfusionCountOptions, &metrics::TrueNegatives>},
      {"FalsePositives", with<ConfusionCountOptions, &metrics::FalsePositives>},
      {"FalseNegatives", with<ConfusionCountOptions, &metrics::FalseNegatives>},
      {"Precision", with<PrecisionRecallOptions, &metrics::Precision>},
      {"Recall", with<PrecisionRecallOptions, &metrics::Recall>},
      {"SensitivityAtSpecificity",
       [](Fields& config) {
         return at<SensitivitySpecificityOptions, &metrics::SensitivityAtSpecificity>("specificity", config);
       }},
      {"SpecificityAtSensitivity",
       [](Fields& config) {
         return at<SensitivitySpecificityOptions, &metrics::SpecificityAtSensitivity>("sensitivity", config);
       }},
      {"PrecisionAtRecall",
       [](Fields& config) { return at<SensitivitySpecificityOptions, &metrics::PrecisionAtRecall>("recall", config); }},
      {"RecallAtPrecision",
       [](Fields& config) {
         return at<SensitivitySpecificityOptions, &metrics::RecallAtPrecision>("precision", config);
       }},
      {"FBetaScore", with<FBetaScoreOptions, &metrics::FBetaScore>},
      {"F1Score", with<F1ScoreOptions, &metrics::F1Score>},
      {"Hinge", plain<&metrics::Hinge>},
      {"SquaredHinge", plain<&metrics::SquaredHinge>},
      {"CategoricalHinge", plain<&metrics::CategoricalHinge>},
      {"IoU",
       [](Fields& config) {
         return Remake<std::int64_t, Classes, IoUOptions>::by<Metric>(&metrics::IoU,
                                                                      {"num_classes", "target_class_ids"}, config);
       }},
      {"BinaryIoU", with<BinaryIoUOptions, &metrics::BinaryIoU>},
      {"MeanIoU",
       [](Fields& config) {
         return Remake<std::int64_t, IoUOptions>::by<Metric>(&metrics::MeanIoU, {"num_classes"}, config);
       }},
      {"OneHotIoU",
       [](Fields& config) {
         return Remake<std::int64_t, Classes, OneHotIoUOptions>::by<Metric>(
             &metrics::OneHotIoU, {"num_classes", "target_class_ids"}, config);
       }},
      {"OneHotMeanIoU",
       [](Fields& config) {
         return Remake<std::int64_t, OneHotIoUOptions>::by<Metric>(&metrics::OneHotMeanIoU, {"num_classes"}, config);
       }},
      {"KLDivergence", plain<&metrics::KLDivergence>},
      {"Poisson", plain<&metrics::Poisson>},
      {"BinaryCrossentropy", with<BinaryCrossentropyMetricOptions, &metrics::BinaryCrossentropy>},
      {"CategoricalCrossentropy", with<CategoricalCrossentropyMetricOptions, &metrics::CategoricalCrossentropy>},
      {"SparseCategoricalCrossentropy",
       with<SparseCategoricalCrossentropyMetricOptions, &metrics::SparseCategoricalCrossentropy>},
      {"Mean", plain<&metrics::Mean>},
      {"Sum", plain<&metrics::Sum>},
      {"MeanSquaredError", plain<&metrics::MeanSquaredError>},
      {"RootMeanSquaredError", plain<&metrics::RootMeanSquaredError>},
      {"MeanAbsoluteError", plain<&metrics::MeanAbsoluteError>},
      {"MeanAbsolutePercentageError", plain<&metrics::MeanAbsolutePercentageError>},
      {"MeanSquaredLogarithmicError", plain<&metrics::MeanSquaredLogarithmicError>},
      {"LogCoshError", plain<&metrics::LogCoshError>},
      {"CosineSimilarity", with<CosineSimilarityMetricOptions, &metrics::CosineSimilarity>},
      {"R2Score", with<R2ScoreOptions, &metrics::R2Score>},
      {"PearsonCorrelation", with<PearsonCorrelationOptions, &metrics::PearsonCorrelation>},
      {"ConcordanceCorrelation", with<ConcordanceCorrelationOptions, &metrics::ConcordanceCorrelation>},
  };
  return classes;
}

}  // namespace triptych::keras
