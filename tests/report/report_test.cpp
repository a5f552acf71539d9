// The report on made-up data: verdicts follow their rules, the JSON has its fields, the page shows all of its numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "made_up.h"
#include "points/points.h"
#include "report/strings.h"

namespace {

using namespace triptych::compare;
using nlohmann::json;

Finding finding(const Measured& m, const std::string& id) {
  for (const Point& point : make_report(m).points)
    for (const Verdict& verdict : point.verdicts)
      if (verdict.id == id) return verdict.finding;
  ADD_FAILURE() << "no verdict " << id;
  return Finding::untested;
}

/// Changes the runs of a style.
template <class Runs, class Change>
void change(Runs& runs, const std::string& style, Change by) {
  for (auto& run : runs)
    if (run.style == style) by(run);
}

TEST(Verdict, SameBits) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "same_bits"), Finding::held);
  m.trainings[1].losses[17] = std::nextafter(m.trainings[1].losses[17], 10);
  EXPECT_EQ(finding(m, "same_bits"), Finding::not_held);
  m = made_up::comparison();
  m.trainings[2].weights = "1";
  EXPECT_EQ(finding(m, "same_bits"), Finding::not_held);
  m.trainings.resize(1);
  EXPECT_EQ(finding(m, "same_bits"), Finding::untested);
}

TEST(Verdict, ReadsHarder) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "reads_harder"), Finding::held);
  change(m.programs["mlp"], "keras", [](ProgramSource& p) { p.lines = 50; });
  EXPECT_EQ(finding(m, "reads_harder"), Finding::not_held) << "as many lines as the eager one";
  m.programs.clear();
  EXPECT_EQ(finding(m, "reads_harder"), Finding::untested);
}

TEST(Verdict, LowLevelOnBigModels) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "lowlevel_on_big"), Finding::held);
  change(m.sizes, "eager", [](SizeRun& run) { run.step_ms.low = 0.1; });
  EXPECT_EQ(finding(m, "lowlevel_on_big"), Finding::not_held) << "the quartiles overlap";
  m = made_up::comparison();
  change(m.sizes, "keras", [](SizeRun& run) {
    run.step_ms = {1.04e-6 * static_cast<double>(run.parameters), 1.03e-6 * static_cast<double>(run.parameters), 11,
                   20};
  });
  EXPECT_EQ(finding(m, "lowlevel_on_big"), Finding::not_held) << "only 4 % faster";
  std::erase_if(m.sizes, [](const SizeRun& run) { return run.style == "keras" && run.parameters > 10000; });
  EXPECT_EQ(finding(m, "lowlevel_on_big"), Finding::untested) << "not measured at the same size";
}

TEST(Verdict, KerasSlowest) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "keras_slowest"), Finding::held);
  change(m.batches, "keras", [](BatchRun& run) {
    if (run.batch > 1) run.step_ms = made_up::around(0.001);
  });
  EXPECT_EQ(finding(m, "keras_slowest"), Finding::not_held) << "slowest in one of three cases";
  std::erase_if(m.batches, [](const BatchRun& run) { return run.style == "eager"; });
  EXPECT_EQ(finding(m, "keras_slowest"), Finding::untested);
}

TEST(Verdict, EagerOverhead) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "eager_overhead"), Finding::held);
  change(m.batches, "eager", [](BatchRun& run) { run.framework_ms = made_up::around(0.1); });
  EXPECT_EQ(finding(m, "eager_overhead"), Finding::not_held);
  m.batches.clear();
  EXPECT_EQ(finding(m, "eager_overhead"), Finding::untested);
}

TEST(Verdict, OneDnnFaster) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "onednn_faster"), Finding::held);
  change(m.batches, "lowlevel", [](BatchRun& run) {
    if (run.onednn && run.batch > 1) run.step_ms = made_up::around(9);
  });
  EXPECT_EQ(finding(m, "onednn_faster"), Finding::not_held) << "faster in one of three cases";
  const std::string called_never = text_of("reason.onednn_unused", Language::english);
  for (BatchRun& run : m.batches) run.onednn_calls = 0;
  EXPECT_EQ(finding(m, "onednn_faster"), Finding::untested);
  EXPECT_NE(to_html(make_report(m), Language::english).find(called_never.substr(0, 20)), std::string::npos);
  std::erase_if(m.batches, [](const BatchRun& run) { return !run.onednn; });
  for (BatchRun& run : m.batches) run.onednn_calls = 1;
  EXPECT_EQ(finding(m, "onednn_faster"), Finding::untested) << "measured with it only";
  m.device = "cuda:0 (NVIDIA H100)";
  EXPECT_NE(to_html(make_report(m), Language::english).find("oneDNN computes on the CPU"), std::string::npos);
}

TEST(Verdict, KerasHighLevel) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "keras_high_level"), Finding::held);
  change(m.trainings, "keras_eager", [](Training& run) { run.losses[3] += 1; });
  EXPECT_EQ(finding(m, "keras_high_level"), Finding::not_held) << "the engines differ";
  m = made_up::comparison();
  change(m.programs["mlp"], "keras", [](ProgramSource& p) { p.uses = made_up::program("mlp", "keras", 1, 9).uses; });
  EXPECT_EQ(finding(m, "keras_high_level"), Finding::not_held) << "more concepts";
  std::erase_if(m.trainings, [](const Training& run) { return run.style == "keras_eager"; });
  EXPECT_EQ(finding(m, "keras_high_level"), Finding::untested);
}

TEST(Verdict, EagerArrays) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "eager_arrays"), Finding::held);
  change(m.uncommon, "keras", [](UncommonThing& thing) { thing.lines = 3; });
  EXPECT_EQ(finding(m, "eager_arrays"), Finding::not_held) << "a tie is not the fewest";
  m.uncommon.clear();
  EXPECT_EQ(finding(m, "eager_arrays"), Finding::untested);
}

TEST(Verdict, LowLevelBoth) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "lowlevel_both"), Finding::held);
  std::erase_if(m.uncommon, [](const UncommonThing& thing) { return thing.style == "lowlevel"; });
  EXPECT_EQ(finding(m, "lowlevel_both"), Finding::not_held);
  m.trainings.clear();
  EXPECT_EQ(finding(m, "lowlevel_both"), Finding::untested);
}

TEST(Verdict, KerasLego) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "keras_lego"), Finding::held);
  change(m.edits, "keras", [](Edit& edit) { edit.removed = 30; });
  EXPECT_EQ(finding(m, "keras_lego"), Finding::not_held);
  m.edits.clear();
  EXPECT_EQ(finding(m, "keras_lego"), Finding::untested);
}

TEST(Verdict, Debugging) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "eager_easiest"), Finding::held);
  EXPECT_EQ(finding(m, "keras_hidden"), Finding::held);
  EXPECT_EQ(finding(m, "lowlevel_hard"), Finding::held);
  change(m.mistakes, "keras", [](PlantedMistake& mistake) { mistake.reported_line = mistake.guilty_line + 1; });
  EXPECT_EQ(finding(m, "eager_easiest"), Finding::not_held) << "Keras reports as many, a line away";
  EXPECT_EQ(finding(m, "keras_hidden"), Finding::not_held);
  change(m.mistakes, "lowlevel", [](PlantedMistake& mistake) { mistake.reported_line = mistake.guilty_line; });
  EXPECT_EQ(finding(m, "lowlevel_hard"), Finding::not_held);
  change(m.mistakes, "lowlevel", [](PlantedMistake& mistake) { mistake.caught = "training"; });
  EXPECT_EQ(finding(m, "lowlevel_hard"), Finding::held) << "caught too late";
  m.mistakes.clear();
  EXPECT_EQ(finding(m, "eager_easiest"), Finding::untested);
}

TEST(Verdict, KerasSmallData) {
  Measured m = made_up::comparison();
  EXPECT_EQ(finding(m, "keras_small_data"), Finding::held) << "memory grows with the file";
  change(m.streams, "keras", [](StreamRun& run) { run.peak_mb = 50; });
  EXPECT_EQ(finding(m, "keras_small_data"), Finding::not_held);
  change(m.streams, "keras", [](StreamRun& run) { run.samples_per_second = 50000; });
  EXPECT_EQ(finding(m, "keras_small_data"), Finding::held) << "less than half of the best rate";
  m.streams.resize(3);
  EXPECT_EQ(finding(m, "keras_small_data"), Finding::untested) << "one size only";
}

TEST(Verdict, PopularityCannotBeMeasured) {
  EXPECT_EQ(finding(made_up::comparison(), "popularity"), Finding::untested);
}

TEST(Verdict, NothingMeasuredIsUntestedAndStillAReport) {
  Measured m;
  m.interrupted = true;
  const json report = json::parse(to_json(make_report(m), Language::english));
  EXPECT_EQ(report["points"].size(), 8u);
  EXPECT_TRUE(report["interrupted"].get<bool>());
  for (const json& point : report["points"])
    for (const json& verdict : point["verdicts"]) EXPECT_EQ(verdict["finding"], "untested") << verdict["id"];
  EXPECT_NE(to_html(make_report(m), Language::english).find("interrupted"), std::string::npos);
}

TEST(Report, SaysThatTheGpuWasEmulated) {
  Measured m = made_up::comparison();
  m.device = "cuda:0 (Triptych emulated GPU)";
  EXPECT_EQ(to_html(make_report(m), Language::english).find("GPU was emulated"), std::string::npos);
  m.emulated = true;
  EXPECT_NE(to_html(make_report(m), Language::english).find("GPU was emulated"), std::string::npos);
  const json report = json::parse(to_json(make_report(m), Language::english));
  EXPECT_TRUE(report["emulated"].get<bool>());
  EXPECT_EQ(report["run"]["device"], m.device);
}

TEST(Spread, QuartilesOfSortedValues) {
  const Spread spread = spread_of({4, 1, 3, 2, 5});
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.low, 2);
  EXPECT_EQ(spread.high, 4);
  EXPECT_EQ(spread.count, 5);
  EXPECT_EQ(spread_of({}).count, 0);
}

TEST(Json, HasItsFields) {
  const Report report = make_report(made_up::comparison());
  const json parsed = json::parse(to_json(report, Language::english));
  EXPECT_EQ(parsed["format"], 1);
  EXPECT_EQ(parsed["language"], "en");
  EXPECT_EQ(parsed["run"]["processor"], "A processor, 3.5 GHz");
  EXPECT_EQ(parsed["run"]["seconds"], 77.7);
  std::set<std::string> points;
  for (const json& point : parsed["points"]) points.insert(point["id"]);
  EXPECT_EQ(points, std::set<std::string>(point_ids().begin(), point_ids().end()));
  const json& row = parsed["points"][2]["tables"]["batches"][3];
  EXPECT_EQ(row["style"], "lowlevel");
  EXPECT_EQ(row["numerics"], "exact");
  EXPECT_EQ(row["batch"], 1);
  EXPECT_EQ(row["kernel_ms"], 0.01);
  EXPECT_EQ(row["framework_ms"], 0.102);
  EXPECT_EQ(row["onednn"], "yes");
  for (const json& point : parsed["points"])
    for (const json& verdict : point["verdicts"])
      for (const char* field : {"claim", "rule", "measured"})
        EXPECT_FALSE(verdict[field].get<std::string>().empty()) << verdict["id"] << " " << field;
}

TEST(Json, OnlyTheWantedPoints) {
  Measured m = made_up::comparison();
  m.only = {"debugging", "speed"};
  const json parsed = json::parse(to_json(make_report(m), Language::english));
  ASSERT_EQ(parsed["points"].size(), 2u);
  EXPECT_EQ(parsed["points"][0]["id"], "speed");
}

/// The page without its tags and its style.
std::string text_of_html(const std::string& html) {
  std::string text;
  for (std::size_t i = html.find("</head>"); i < html.size(); ++i) {
    if (html[i] == '<') {
      i = html.find('>', i);
      text += ' ';
    } else {
      text += html[i];
    }
  }
  return text;
}

std::set<double> numbers_in(const std::string& text) {
  std::set<double> numbers;
  for (const char* at = text.c_str(); *at;) {
    char* end = nullptr;
    const bool sign = *at == '-' && std::isdigit(static_cast<unsigned char>(at[1]));
    if (std::isdigit(static_cast<unsigned char>(*at)) || sign) {
      numbers.insert(std::strtod(at, &end));
      at = end;
    } else {
      ++at;
    }
  }
  return numbers;
}

void collect_numbers(const json& value, std::vector<double>& numbers) {
  if (value.is_number()) numbers.push_back(value.get<double>());
  if (value.is_structured())
    for (const json& item : value) collect_numbers(item, numbers);
}

TEST(Html, ShowsEveryNumberOfTheJson) {
  for (const Language language : {Language::english, Language::chinese}) {
    const Report report = make_report(made_up::comparison());
    std::vector<double> numbers;
    collect_numbers(json::parse(to_json(report, language))["points"], numbers);
    EXPECT_GT(numbers.size(), 500u);
    const std::set<double> shown = numbers_in(text_of_html(to_html(report, language)));
    for (const double number : numbers) EXPECT_TRUE(shown.contains(number)) << number;
  }
}

TEST(Html, RefersToNothingOutside) {
  const std::string html = to_html(make_report(made_up::comparison()), Language::english);
  for (const char* outside : {"http:", "https:", "src=", "url(", "@import", "<link", "<script", "<iframe"})
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  // Links within the page lead somewhere.
  for (std::size_t at = html.find("href=\""); at != std::string::npos; at = html.find("href=\"", at + 1)) {
    const std::string target = html.substr(at + 6, html.find('"', at + 6) - at - 6);
    ASSERT_EQ(target[0], '#');
    EXPECT_NE(html.find("id=\"" + target.substr(1) + "\""), std::string::npos) << target;
  }
}

TEST(Html, TagsAreClosedAndTextIsEscaped) {
  for (const Language language : {Language::english, Language::chinese}) {
    const std::string html = to_html(make_report(made_up::comparison()), language);
    std::vector<std::string> open;
    for (std::size_t at = html.find('<', 1); at != std::string::npos; at = html.find('<', at + 1)) {
      const std::size_t end = html.find('>', at);
      ASSERT_NE(end, std::string::npos);
      const bool closing = html[at + 1] == '/';
      const std::size_t begin = at + (closing ? 2 : 1);
      const std::string name = html.substr(begin, html.find_first_of(" />", begin) - begin);
      if (name == "meta" || name == "br" || html[end - 1] == '/') continue;
      if (!closing) {
        open.push_back(name);
      } else {
        ASSERT_FALSE(open.empty());
        ASSERT_EQ(open.back(), name) << html.substr(at > 200 ? at - 200 : 0, 220);
        open.pop_back();
      }
    }
    EXPECT_TRUE(open.empty());
    EXPECT_EQ(html.find("A mistake &lt;0&gt;") != std::string::npos, language == Language::english);
    EXPECT_NE(html.find("A &lt;program&gt; &amp; more."), std::string::npos);
  }
}

TEST(Html, EachChartHasItsTable) {
  const Report report = make_report(made_up::comparison());
  const std::string html = to_html(report, Language::english);
  std::size_t charts = 0;
  for (const Point& point : report.points)
    for (const Chart& chart : point.charts) {
      ++charts;
      EXPECT_NE(html.find("id=\"table-" + chart.table + "\""), std::string::npos) << chart.table;
    }
  std::size_t figures = 0;
  for (std::size_t at = html.find("<figure>"); at != std::string::npos; at = html.find("<figure>", at + 1)) ++figures;
  EXPECT_EQ(figures, charts);
}

TEST(Strings, BothLanguagesSayEverything) {
  for (const auto& [key, text] : strings()) {
    if (key == "measured.popularity") continue;  // nothing is measured
    EXPECT_FALSE(text.en.empty()) << key;
    EXPECT_FALSE(text.zh.empty()) << key;
    for (int i = 0; i < 6; ++i) {
      const std::string place = "{" + std::to_string(i) + "}";
      EXPECT_EQ(text.en.find(place) == std::string::npos, text.zh.find(place) == std::string::npos)
          << key << " " << place;
    }
  }
}

}  // namespace
