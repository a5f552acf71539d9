// The comparison as one HTML page that needs nothing else: tables, and drawings in SVG.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include "embedded.h"
#include "results.h"

namespace {

std::string escape(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string format(const char* pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

std::string cell(const std::string& text, const char* kind = "td") {
  return std::string("<") + kind + ">" + text + "</" + kind + ">";
}

const std::array<const char*, 4> styles = {"lowlevel", "eager", "keras", "keras_eager"};

// --- The programs, side by side
// ----------------------------------------------------------------------------------------

struct Part {
  std::string title, code;
};

/// Cuts a program at its `// -- Title` comments; what stands before the first is "Head".
std::vector<Part> parts_of(const std::string& source) {
  std::vector<Part> parts = {{"Head", ""}};
  std::istringstream lines(source);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t mark = line.find("// -- ");
    if (mark != std::string::npos && line.find_first_not_of(' ') == mark)
      parts.push_back({line.substr(mark + 6), ""});
    else
      parts.back().code += line + "\n";
  }
  return parts;
}

int code_lines(const std::string& code) {
  std::istringstream lines(code);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(' ');
    count += first != std::string::npos && line.compare(first, 2, "//") != 0;
  }
  return count;
}

std::string programs(const std::string& model) {
  const std::array<const char*, 3> columns = {"lowlevel", "eager", "keras"};
  std::array<std::vector<Part>, 3> sources;
  std::vector<std::string> titles = {"Head",     "Data",       "Model",  "Loss and optimizer",
                                     "Training", "Evaluation", "Weights"};
  std::string html =
      "<div class=\"scroll\"><table class=\"programs\"><caption>The " + escape(model) +
      " in three styles; every part stands beside its counterparts. Lines are those of code.</caption><thead><tr>";
  html += cell("Part", "th");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto found = embedded_files().find(model + "_" + columns[i] + ".cpp");
    if (found != embedded_files().end()) sources[i] = parts_of(found->second);
    html += cell(escape(style_title(columns[i])), "th");
  }
  html += "</tr></thead><tbody>";
  std::array<int, 3> totals{};
  for (const std::string& title : titles) {
    html += "<tr>" + cell(escape(title), "th");
    for (std::size_t i = 0; i < sources.size(); ++i) {
      std::string code;
      for (const Part& part : sources[i])
        if (part.title == title) code += part.code;
      while (!code.empty() && code.back() == '\n') code.pop_back();
      const int lines = code_lines(code);
      totals[i] += lines;
      html += cell("<small>" + std::to_string(lines) + " lines</small><pre><code>" + escape(code) + "</code></pre>");
    }
    html += "</tr>";
  }
  html += "<tr>" + cell("All", "th");
  for (const int total : totals) html += cell(std::to_string(total) + " lines");
  return html + "</tr></tbody></table></div>";
}

// --- Loss curves
// ---------------------------------------------------------------------------------------------------------

/// Mean of each of at most `count` groups of neighbours, so that a curve of many steps stays readable and small.
std::vector<double> thin(const std::vector<double>& values, std::size_t count) {
  if (values.size() <= count) return values;
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * values.size() / count, end = (i + 1) * values.size() / count;
    double sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += values[k];
    result[i] = sum / static_cast<double>(end - begin);
  }
  return result;
}

std::string loss_chart(const std::string& model, const Comparison& c) {
  constexpr double height = 300, left = 50, bottom = 40, top = 12;
  double highest = 0;
  std::size_t longest = 1;
  std::vector<const RunResult*> shown;
  for (const RunResult& run : c.runs) {
    if (run.model != model || run.numerics != "exact" || run.losses.empty()) continue;
    shown.push_back(&run);
    longest = std::max(longest, run.losses.size());
    for (double loss : thin(run.losses, 200))
      if (std::isfinite(loss)) highest = std::max(highest, loss);
  }
  if (shown.empty()) return "";
  highest = std::max(highest, 0.1);
  std::string svg = "<figure><svg viewBox=\"0 0 720 300\" role=\"img\" aria-label=\"Loss of the " + escape(model) +
                    " over training steps\"><g class=\"axes\">";
  for (int i = 0; i <= 4; ++i) {
    const double y = top + (height - bottom - top) * i / 4;
    svg += "<line x1=\"50\" x2=\"708\" y1=\"" + format("%.1f", y) + "\" y2=\"" + format("%.1f", y) +
           "\"/><text x=\"44\" y=\"" + format("%.1f", y + 4) + "\" text-anchor=\"end\">" +
           format("%.2f", highest * (4 - i) / 4) + "</text>";
    svg += "<text x=\"" + format("%.1f", left + 658.0 * i / 4) + "\" y=\"282\" text-anchor=\"middle\">" +
           format("%.0f", static_cast<double>(longest) * i / 4) + "</text>";
  }
  svg += "<text x=\"379\" y=\"298\" text-anchor=\"middle\">step</text></g>";
  std::string legend;
  for (std::size_t k = 0; k < shown.size(); ++k) {
    const std::vector<double> losses = thin(shown[k]->losses, 200);
    const double span = 658.0 * static_cast<double>(shown[k]->losses.size()) / static_cast<double>(longest);
    std::string points;
    for (std::size_t i = 0; i < losses.size(); ++i) {
      if (!std::isfinite(losses[i])) continue;
      points += format("%.1f", left + span * (static_cast<double>(i) + 0.5) / static_cast<double>(losses.size())) +
                "," + format("%.1f", top + (height - bottom - top) * (1 - losses[i] / highest)) + " ";
    }
    const std::string kind = std::to_string(k);
    svg += "<polyline class=\"curve c" + kind + "\" points=\"" + points + "\"/>";
    legend += "<span class=\"key\"><svg viewBox=\"0 0 36 8\"><line class=\"curve c" + kind +
              "\" x1=\"0\" x2=\"36\" y1=\"4\" y2=\"4\"/></svg>" + escape(style_title(shown[k]->style)) + "</span> ";
  }
  return svg +
         "</svg><figcaption>Loss at each step (means of groups where there are more than 200), at exact. Curves that "
         "are "
         "bit-identical lie on each other: their dashes interleave. " +
         legend + "</figcaption></figure>";
}

// --- Tables
// ---------------------------------------------------------------------------------------------------------------

std::string measurements(const std::string& model, const Comparison& c) {
  std::string html = "<div class=\"scroll\"><table><caption>The " + escape(model) +
                     ": medians over the steps of a run, in a process of its own. Peak memory includes the data "
                     "set.</caption><thead><tr>";
  for (const char* head :
       {"Style", "Numerics", "Steps", "ms per step (10 % to 90 %)", "First step, ms", "Peak memory, MB",
        "of it tensors of the training, MB", "Kernel launches per step", "Allocations per step", "Test accuracy"})
    html += cell(head, "th");
  html += "</tr></thead><tbody>";
  for (const RunResult& run : c.runs) {
    if (run.model != model) continue;
    html += "<tr>" + cell(escape(style_title(run.style)), "th") + cell(escape(run.numerics)) +
            cell(std::to_string(run.losses.size())) +
            cell(format("%.3f", run.median_ms()) + " <small>(" + format("%.3f", run.percentile_ms(0.1)) + " to " +
                 format("%.3f", run.percentile_ms(0.9)) + ")</small>") +
            cell(format("%.1f", run.first_step_ms)) + cell(format("%.0f", run.peak_resident_mb)) +
            cell(format("%.1f", run.peak_tensor_mb)) + cell(format("%.1f", run.launches_per_step)) +
            cell(format("%.1f", run.allocations_per_step)) +
            cell(run.complete
                     ? format("%.2f %%", 100 * run.accuracy) + (run.full_training ? "" : " <small>(short run)</small>")
                     : "interrupted") +
            "</tr>";
  }
  return html + "</tbody></table></div>";
}

std::string identity(const Comparison& c) {
  std::string html =
      "<div class=\"scroll\"><table><caption>At exact, the same numbers in every bit? Losses of each step over the "
      "steps that all "
      "styles took, and the final weights of the full trainings.</caption><thead><tr>";
  for (const char* head : {"Model", "Styles", "Steps compared", "Losses", "Final weights"}) html += cell(head, "th");
  html += "</tr></thead><tbody>";
  for (const Identity& i : c.identities) {
    std::string names;
    for (const std::string& style : i.styles) names += (names.empty() ? "" : ", ") + style_title(style);
    html += "<tr>" + cell(escape(i.model), "th") + cell(escape(names)) + cell(std::to_string(i.steps)) +
            cell(!i.compared              ? "not compared"
                 : i.first_difference < 0 ? "bit-identical"
                                          : "differ from step " + std::to_string(i.first_difference)) +
            cell(!i.compared      ? "not compared"
                 : i.same_weights ? "bit-identical"
                                  : "differ") +
            "</tr>";
  }
  return html + "</tbody></table></div>";
}

std::string mistakes(const Comparison& c) {
  std::vector<std::string> kinds;
  for (const Mistake& mistake : c.mistakes)
    if (std::find(kinds.begin(), kinds.end(), mistake.kind) == kinds.end()) kinds.push_back(mistake.kind);
  std::string html =
      "<div class=\"scroll\"><table class=\"mistakes\"><caption>Three planted mistakes, made and caught in this run: "
      "when each style "
      "notices, and what it says.</caption><thead><tr>" +
      cell("Mistake", "th");
  for (std::size_t i = 0; i < 3; ++i) html += cell(escape(style_title(styles[i])), "th");
  html += "</tr></thead><tbody>";
  for (const std::string& kind : kinds) {
    html += "<tr>" + cell(escape(kind), "th");
    for (std::size_t i = 0; i < 3; ++i)
      for (const Mistake& mistake : c.mistakes)
        if (mistake.kind == kind && mistake.style == styles[i])
          html += cell("<b>" + escape(mistake.when) + "</b><pre>" + escape(mistake.message) + "</pre>");
    html += "</tr>";
  }
  return html + "</tbody></table></div>";
}

std::string summary(const Comparison& c) {
  std::string html = "<ul class=\"summary\">";
  for (const Identity& i : c.identities) {
    if (!i.compared) continue;
    html += "<li>" + escape(i.model) + ": " + std::to_string(i.styles.size()) + " engines, " + std::to_string(i.steps) +
            " steps, losses " + (i.first_difference < 0 ? "bit-identical" : "not identical") + ", weights " +
            (i.same_weights ? "bit-identical" : "not identical") + ".</li>";
    const RunResult *fastest = nullptr, *slowest = nullptr;
    double accuracy = 0;
    for (const RunResult& run : c.runs) {
      if (run.model != i.model || !run.complete) continue;
      if (run.full_training) accuracy = run.accuracy;
      if (run.numerics != "exact") continue;
      if (!fastest || run.median_ms() < fastest->median_ms()) fastest = &run;
      if (!slowest || run.median_ms() > slowest->median_ms()) slowest = &run;
    }
    if (fastest)
      html += "<li>" + escape(i.model) + ": test accuracy " + format("%.2f %%", 100 * accuracy) +
              "; a step at exact takes " + format("%.2f ms", fastest->median_ms()) + " (" +
              escape(style_title(fastest->style)) + ") to " + format("%.2f ms", slowest->median_ms()) + " (" +
              escape(style_title(slowest->style)) + ").</li>";
  }
  return html + "</ul>";
}

}  // namespace

std::string to_html(const Comparison& c) {
  std::set<std::string> models;
  for (const RunResult& run : c.runs) models.insert(run.model);
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>Triptych: three styles over one core</title><style>" +
      embedded_files().at("report.css") + "</style></head><body><main><h1>Three styles over one core</h1>";
  html +=
      "<p>The same models, trained on MNIST in three API styles of one library with the same kernels. This compares "
      "the "
      "philosophies in one implementation, not the products that they come from. Everything below was measured in this "
      "run.</p>";
  if (c.interrupted)
    html += "<p class=\"warning\">This run was interrupted: the page shows what had been measured.</p>";
  html += summary(c);
  html += "<div class=\"scroll\"><table><caption>This run</caption><tbody>";
  const auto row = [&](const char* name, const std::string& value) {
    html += "<tr>" + cell(name, "th") + cell(escape(value)) + "</tr>";
  };
  row("Date", c.machine.date);
  row("Machine", c.machine.processor + ", " + std::to_string(c.machine.cores) + " cores, " +
                     format("%.0f GB", c.machine.memory_gb) + "; " + c.machine.system);
  row("Build", "Triptych " + c.machine.version + "; " + c.machine.compiler);
  row("Threads", std::to_string(c.machine.threads));
  row("Training", std::string(c.quick ? "quick run with fewer samples; " : "") + "batch 128, Adam, seed " +
                      std::to_string(c.seed) + ", " + std::to_string(c.epochs) +
                      " epochs at exact in each style, short runs at fast");
  row("Duration", format("%.0f s", c.seconds));
  html += "</tbody></table></div>";
  html += "<h2>The same bits?</h2>" + identity(c);
  for (const std::string& model : models) {
    html += "<h2>" + escape(model) + "</h2>" + loss_chart(model, c) + measurements(model, c);
  }
  html += "<h2>Three mistakes</h2>" + mistakes(c);
  html += "<h2>The programs</h2>";
  for (const std::string& model : models) html += programs(model);
  return html + "</main></body></html>\n";
}
