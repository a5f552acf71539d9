// A comparison that nobody measured: every part has something in it, so that the report's texts and tables are all
// used.
#pragma once

#include "measured.h"

namespace made_up {

using namespace triptych::compare;

inline Spread around(double median) { return {median, 0.98 * median, 1.02 * median, 20}; }

inline Training training(const std::string& model, const std::string& style, const std::string& numerics, bool full) {
  Training run{.model = model, .style = style, .numerics = numerics, .complete = true, .full = full};
  for (int i = 0; i < 60; ++i) {
    run.losses.push_back(2.3 / (1 + 0.1 * i));
    run.step_ms.push_back(1.25 + 0.01 * (i % 7));
  }
  run.accuracy = 0.98765;
  run.weights = "00000000deadbeef";
  run.first_step_ms = 12.345;
  run.peak_resident_mb = 210.7;
  run.peak_tensor_mb = 31.4;
  run.launches_per_step = 37;
  run.allocations_per_step = 5.5;
  if (style == "lowlevel") {
    run.step.graph_nodes = 90;
    run.step.needed_nodes = 61;
    run.step.kernel_calls = 30;
    run.step.arena_bytes = 3 << 20;
    run.step.unplanned_bytes = 9 << 20;
    run.step.passes = {{"fusion", 61, 55, 6, "", ""}};
  }
  return run;
}

inline ProgramSource program(const std::string& name, const std::string& style, int lines, std::size_t concepts) {
  ProgramSource source;
  source.name = name;
  source.style = style;
  source.file = "equal/" + name + "_" + style + ".cpp";
  source.code = "// A <program> & more.\nint a;\n\n// -- Model\nint graph = 1;\n\n// -- Extra\nint b = 2;\n";
  source.lines = lines;
  source.compile_seconds = 1.5;
  for (std::size_t i = 0; i < concepts; ++i)
    source.uses.push_back({i < glossary().size() ? glossary()[i].id : "c" + std::to_string(i), 5, 4, 5});
  return source;
}

/// In which every claim that can be tested holds.
inline Measured comparison() {
  Measured m;
  m.machine = {"A processor, 3.5 GHz", "A system 12", "GNU 12.2", "2026-01-02 03:04", "0.1.0", 2, 2, 25.3};
  m.has_onednn = true;
  m.seed = 7;
  m.seconds = 77.7;
  m.models = {"mlp"};
  for (const char* style : {"lowlevel", "eager", "keras"}) m.trainings.push_back(training("mlp", style, "exact", true));
  m.trainings.push_back(training("mlp", "keras_eager", "exact", false));
  m.trainings.push_back(training("mlp", "lowlevel", "fast", false));
  for (const std::int64_t batch : {1, 16, 128})
    m.batches.push_back({.model = "mlp",
                         .style = "lowlevel",
                         .numerics = "exact",
                         .onednn = false,
                         .batch = batch,
                         .first_ms = 5,
                         .step_ms = around(9),
                         .kernel_ms = around(8),
                         .framework_ms = around(1),
                         .launches = 37});
  for (const std::int64_t batch : {1, 16, 128}) {
    const double size = 0.01 * static_cast<double>(batch);
    for (const auto& [style, cost] : {std::pair{"lowlevel", 0.1}, {"eager", 0.2}, {"keras", 0.3}, {"keras_eager", 0.4}})
      m.batches.push_back({.model = "mlp",
                           .style = style,
                           .numerics = "exact",
                           .batch = batch,
                           .first_ms = 5,
                           .step_ms = around(size + 2 * cost * size + cost),
                           .kernel_ms = around(size),
                           .framework_ms = around(2 * cost * size + cost),
                           .launches = 37,
                           .onednn_calls = 70});
  }
  for (const std::int64_t parameters : {10000, 10000000})
    for (const auto& [style, factor] : {std::pair{"lowlevel", 1.0}, {"eager", 1.2}, {"keras", 1.3}})
      m.sizes.push_back({style, parameters, 20, around(factor * 1e-6 * static_cast<double>(parameters))});
  for (const std::int64_t multiple : {1, 4, 16})
    for (const char* style : {"lowlevel", "eager", "keras"}) {
      StreamRun run{.style = style,
                    .multiple = multiple,
                    .file_mb = 8.0 * static_cast<double>(multiple),
                    .limit_mb = 8,
                    .complete = true};
      run.samples_per_second = 123456;
      run.peak_mb = style == std::string("keras") ? 50.0 * static_cast<double>(multiple) : 45;
      run.peak_tensor_mb = 4;
      m.streams.push_back(run);
    }
  m.owners = {{"lowlevel", "session", true}, {"eager", "module", true}, {"keras", "layer", true}};
  m.round_trips = {{"all", {"safetensors", "safetensors"}, "Python", "works", {"read", "读入"}},
                   {"eager", {"safetensors", "safetensors"}, "torch", "absent", {"read", "读入"}},
                   {"keras", {"JSON", "JSON"}, "Python", "fails", {"read", "读入"}},
                   {"lowlevel", {"DOT", "DOT"}, "dot", "works", {"drawn", "画出"}}};
  PlantedMistake checked{.kind = "nan_loss_checked", .title = {"NaN", "NaN"}, .style = "lowlevel"};
  checked.caught = "training";
  checked.message = "[op] a result is not finite";
  checked.guilty_line = checked.reported_line = 7;
  m.checked_mistakes = {checked};
  int column = 0;
  for (const auto& [style, near] : {std::pair{"lowlevel", 0}, {"eager", 2}, {"keras", 1}}) {
    for (int i = 0; i < 3; ++i) {
      PlantedMistake mistake;
      mistake.kind = "k" + std::to_string(i);
      mistake.title = {"A mistake <" + std::to_string(i) + ">", "错误"};
      mistake.style = style;
      mistake.caught = i == 0 ? "never" : i == 1 ? "compile" : "first_step";
      mistake.message = "[op] rule: what & why";
      mistake.code = "int x;  // <- mistake\n";
      mistake.guilty_line = 20;
      mistake.reported_line = i > 0 && i <= near ? 20 : 5;
      m.mistakes.push_back(mistake);
    }
    const int lines = 10 - 3 * column;
    m.edits.push_back({.kind = "dropout",
                       .title = {"Dropout", "随机失活"},
                       .style = style,
                       .before = "a",
                       .after = "b",
                       .added = lines,
                       .removed = 1,
                       .diff = {{'+', "x"}, {'-', "y"}, {' ', "z"}}});
    m.uncommon.push_back({.kind = "own_loop",
                          .title = {"Own loop", "自己的循环"},
                          .style = style,
                          .file = "f",
                          .code = "x",
                          .lines = column == 1 ? 3 : 9});
    m.programs["mlp"].push_back(program("mlp", style, 60 - 10 * column, static_cast<std::size_t>(6 - column)));
    m.programs["digits"].push_back(program("digits", style, 40 - 10 * column, static_cast<std::size_t>(6 - column)));
    m.folders.push_back({"src/api_" + std::string(style), style, 12, 3456, 2345});
    m.chains.push_back({style, "net(x)", {"main", "apply", "kernel"}});
    m.objects.push_back({style, 50, 40, 30, 37});
    ++column;
  }
  return m;
}

}  // namespace made_up
