// What `triptych compare` tells of the sources under examples/compare/: that they do what it says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "../../examples/compare/things/things.h"
#include "sources.h"
#include "triptych/core/io.h"

namespace {

using namespace triptych::compare;
using testing::Contains;
using testing::HasSubstr;

const std::vector<std::string> styles = {"lowlevel", "eager", "keras"};

// --- Planted mistakes -----------------------------------------------------------------------------------------------

const PlantedMistake& mistake(const std::string& kind, const std::string& style) {
  static const std::vector<PlantedMistake> all = planted_mistakes();
  for (const PlantedMistake& m : all)
    if (m.kind == kind && m.style == style) return m;
  throw std::out_of_range(kind);
}

struct Expected {
  const char *kind, *style, *caught, *says;
  int distance;
};

void PrintTo(const Expected& expected, std::ostream* out) { *out << expected.style << " " << expected.kind; }

class PlantedMistakes : public testing::TestWithParam<Expected> {};

TEST_P(PlantedMistakes, AreCaughtAsRecorded) {
  const Expected& expected = GetParam();
  const PlantedMistake& m = mistake(expected.kind, expected.style);
  EXPECT_EQ(m.caught, expected.caught) << m.message;
  EXPECT_THAT(m.message, HasSubstr(expected.says));
  // At most: how near a line in a member's initializer is told depends on the compiler.
  EXPECT_LE(m.distance(), expected.distance) << m.message;
  EXPECT_EQ(m.distance() < 0, expected.distance < 0) << m.message;
}

INSTANTIATE_TEST_SUITE_P(
    All, PlantedMistakes,
    testing::Values(
        Expected{"wrong_shape", "lowlevel", "build", "[matmul] inner dimensions differ", 0},
        Expected{"wrong_shape", "eager", "first_step", "In module 'out', a Linear made at wrong_shape.cpp:", 2},
        Expected{"wrong_shape", "keras", "build", "[Reshape] the target does not have as many elements", 0},
        Expected{"wrong_dtype", "lowlevel", "never", "loss ", -1},
        Expected{"wrong_dtype", "eager", "first_step", "Labels are integers: cast(target, int64)", 5},
        Expected{"wrong_dtype", "keras", "never", "loss ", -1}, Expected{"nan_loss", "lowlevel", "never", " nan", -1},
        Expected{"nan_loss", "eager", "never", " nan", -1}, Expected{"nan_loss", "keras", "never", " nan", -1},
        Expected{"label_range", "lowlevel", "first_step", "label 10 at position (9,) for 10 classes", 3},
        Expected{"label_range", "eager", "first_step", "label 10 at position (9,) for 10 classes", 5},
        Expected{"label_range", "keras", "first_step", "label 10 at position (9,) for 10 classes", 2},
        Expected{"forgotten_call", "lowlevel", "first_step", "Run graph.initializer() first", 4},
        Expected{"forgotten_call", "eager", "never", "loss ", -1},
        Expected{"forgotten_call", "keras", "first_step", "Call model.compile(", 3},
        Expected{"no_gradient", "lowlevel", "build", "No gradient passes 'argmax', made at no_gradient.cpp:", 0},
        Expected{"no_gradient", "eager", "first_step", "called at no_gradient.cpp:", 0},
        Expected{"no_gradient", "keras", "first_step", "No gradient passes 'argmax', made at no_gradient.cpp:", 0},
        Expected{"missing_input", "lowlevel", "first_step", "a placeholder that is needed was not fed: 'labels'", 0},
        Expected{"missing_input", "eager", "compile", "cross_entropy", 0},
        Expected{"missing_input", "keras", "first_step", "[fit] there are no targets", 0},
        Expected{"misspelled", "lowlevel", "compile", "Adan", 0}, Expected{"misspelled", "eager", "compile", "Adan", 0},
        Expected{"misspelled", "keras", "build", "There are 'adadelta', 'adafactor', 'adagrad', 'adam'", 0},
        Expected{"frozen", "lowlevel", "build", "'w1', made at frozen.cpp:15, is not trainable", 1},
        Expected{"frozen", "eager", "first_step", "was frozen at frozen.cpp:", 0},
        Expected{"frozen", "keras", "first_step", "was frozen at frozen.cpp:17", 0},
        Expected{"wrong_checkpoint", "lowlevel", "build", "'w1' is float32 (784, 128), in '", 2},
        Expected{"wrong_checkpoint", "eager", "build", "'hidden.weight' is float32 (128, 784) here", 2},
        Expected{"wrong_checkpoint", "keras", "build", "'hidden/kernel' is float32 (784, 128)", 3}),
    [](const auto& info) { return std::string(info.param.kind) + "_" + info.param.style; });

TEST(Mistakes, AreTenInEachStyle) {
  std::map<std::string, std::set<std::string>> kinds;
  for (const PlantedMistake& m : planted_mistakes()) kinds[m.style].insert(m.kind);
  for (const std::string& style : styles) EXPECT_EQ(kinds[style].size(), 10u) << style;
  EXPECT_FALSE(mistake("wrong_shape", "keras").note.en.empty());
  EXPECT_FALSE(mistake("wrong_shape", "keras").note.zh.empty());
}

// With its tool switched on, each style finds the NaN that it lets pass without; what is printed is part of the
// message.
TEST(Mistakes, ANanThatIsLookedForIsFound) {
  const std::vector<PlantedMistake> found = checked_mistakes();
  ASSERT_EQ(found.size(), 3u);
  const char* const says[] = {"[matmul] a result is not finite", "[backward] a gradient became NaN",
                              "Batch 0: Invalid loss, terminating training\nloss "};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found[i].style, styles[i]);
    EXPECT_EQ(found[i].caught, "training") << found[i].message;
    EXPECT_THAT(found[i].message, testing::StartsWith(says[i]));
  }
}

// --- Edits ----------------------------------------------------------------------------------------------------------

std::string text(const std::vector<DiffLine>& diff) {
  std::string result;
  for (const DiffLine& line : diff) result += line.sign + line.text + "\n";
  return result;
}

TEST(Diff, IsTheShortest) {
  EXPECT_EQ(text(diff_lines("a\nb\nc\n", "a\nc\nd\n")), " a\n-b\n c\n+d\n");
  EXPECT_EQ(text(diff_lines("", "a\n")), "+a\n");
  EXPECT_EQ(text(diff_lines("a\n", "")), "-a\n");
  EXPECT_EQ(text(diff_lines("a\nb\n", "a\nb\n")), " a\n b\n");
  // A greedy diff would keep x and lose the longer part behind it.
  EXPECT_EQ(text(diff_lines("x\n1\n2\n", "1\n2\nx\n")), "-x\n 1\n 2\n+x\n");
}

TEST(Edits, AreSmallAndNotEmpty) {
  const std::vector<Edit> all = edits();
  EXPECT_EQ(all.size(), 15u);
  std::map<std::string, int> sizes;
  for (const Edit& edit : all) {
    EXPECT_GT(edit.added, 0) << edit.after;
    int signs = 0;
    for (const DiffLine& line : edit.diff) signs += line.sign != ' ';
    EXPECT_GE(signs, edit.added + edit.removed) << edit.after;
    sizes[edit.kind + " " + edit.style] = edit.added + edit.removed;
  }
  for (const std::string& style : styles) {
    EXPECT_EQ(sizes["batch " + style], 2) << style;  // one line for another
    EXPECT_EQ(sizes["save " + style], 1) << style;
  }
}

struct Finished {
  int status;
  std::string output;
};

/// Runs a program of the edits in an empty folder of its own.
Finished run_edit(const std::string& style, const std::string& kind, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::string command =
      "cd '" + folder.string() + "' && '" TRIPTYCH_EDITS "/edit_" + style + "_" + kind + "' 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4096> part{};
  std::size_t got = 0;
  while ((got = std::fread(part.data(), 1, part.size(), pipe)) > 0) output.append(part.data(), got);
  return {pclose(pipe), output};
}

/// The number behind the last `name`.
double number_after(const std::string& name, const std::string& output) {
  const std::size_t at = output.rfind(name + " ");
  return at == std::string::npos ? -1 : std::atof(output.c_str() + at + name.size() + 1);
}

class EditPrograms : public testing::TestWithParam<std::string> {};

TEST_P(EditPrograms, DoWhatTheEditSays) {
  const std::string& style = GetParam();
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("triptych_edits_" + style + std::to_string(getpid()));
  std::map<std::string, std::string> said;
  for (const char* kind : {"base", "dropout", "loss", "metric", "batch", "save"}) {
    const Finished run = run_edit(style, kind, folder);
    ASSERT_EQ(run.status, 0) << kind << ": " << run.output;
    said[kind] = run.output;
  }
  // Cross-entropy of a network that has learned; chance is log 10 = 2.3.
  const double loss = number_after("loss", said["base"]);
  EXPECT_THAT(loss, testing::AllOf(testing::Gt(0.05), testing::Lt(0.4)));
  for (const char* kind : {"dropout", "batch"}) {
    EXPECT_THAT(number_after("loss", said[kind]), testing::AllOf(testing::Gt(0.05), testing::Lt(0.4))) << kind;
    EXPECT_NE(number_after("loss", said[kind]), loss) << kind;
  }
  // The mean square of numbers between 0 and 1; 0.09 is what a constant reaches.
  EXPECT_THAT(number_after("loss", said["loss"]), testing::AllOf(testing::Gt(0), testing::Lt(0.05)));
  EXPECT_EQ(number_after("loss", said["metric"]), loss);  // it only looks
  EXPECT_THAT(number_after("accuracy", said["metric"]), testing::AllOf(testing::Gt(0.9), testing::Le(1)));
  EXPECT_EQ(number_after("accuracy", said["base"]), -1);
  EXPECT_EQ(number_after("loss", said["save"]), loss);
  const triptych::StateDict saved = triptych::load((folder / "digits.safetensors").string());
  std::int64_t weights = 0;
  for (const auto& [name, tensor] : saved)
    if (name.find("optimizer") == std::string::npos && name.find("Adam") == std::string::npos)
      weights += tensor.numel();
  EXPECT_EQ(weights, 784 * 64 + 64 + 64 * 10 + 10);
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Styles, EditPrograms, testing::ValuesIn(styles), [](const auto& info) { return info.param; });

// --- Uncommon things ------------------------------------------------------------------------------------------------

using things::Numbers;

void expect_near(const Numbers& a, const Numbers& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6) << i;
}

TEST(UncommonThings, CustomGradient) {
  // d sum(round(w)^2) / dw = 2 round(w) if rounding passes gradients: w - 0.1 * 2 * (0, 2, 2).
  const Numbers expected = {0.3F, 1.2F, 1.8F};
  expect_near(things::lowlevel_custom_gradient(), expected);
  expect_near(things::eager_custom_gradient(), expected);
  expect_near(things::keras_custom_gradient(), expected);
}

TEST(UncommonThings, TwoLosses) {
  const Numbers expected = things::lowlevel_two_losses();
  EXPECT_NE(expected, things::all({things::hidden_kernel()}));
  expect_near(things::eager_two_losses(), expected);
  expect_near(things::keras_two_losses(), expected);
}

TEST(UncommonThings, FrozenLayer) {
  const Numbers start = things::all({things::hidden_kernel(), things::class_kernel()});
  for (const Numbers& end :
       {things::lowlevel_frozen_layer(), things::eager_frozen_layer(), things::keras_frozen_layer()}) {
    ASSERT_EQ(end.size(), start.size());
    EXPECT_TRUE(std::equal(end.begin(), end.begin() + 12, start.begin()));
    EXPECT_FALSE(std::equal(end.begin() + 12, end.end(), start.begin() + 12));
  }
  expect_near(things::eager_frozen_layer(), things::lowlevel_frozen_layer());
  expect_near(things::keras_frozen_layer(), things::lowlevel_frozen_layer());
}

TEST(UncommonThings, OwnLoop) {
  const Numbers start = things::all({things::hidden_kernel(), things::class_kernel()});
  const Numbers end = things::lowlevel_own_loop();
  float farthest = 0;
  for (std::size_t i = 0; i < end.size(); ++i) farthest = std::max(farthest, std::abs(end[i] - start[i]));
  EXPECT_NEAR(farthest, 2 * 0.1 * 0.01, 1e-6);  // two steps with cut gradients
  expect_near(things::eager_own_loop(), end);
  expect_near(things::keras_own_loop(), end);
}

TEST(UncommonThings, InnerValue) {
  const Numbers expected = things::all({triptych::relu(triptych::matmul(things::inputs(), things::hidden_kernel()))});
  expect_near(things::lowlevel_inner_value(), expected);
  expect_near(things::eager_inner_value(), expected);
  expect_near(things::keras_inner_value(), expected);
}

TEST(UncommonThings, LinesAreCounted) {
  const std::vector<UncommonThing> all = uncommon_things();
  EXPECT_EQ(all.size(), 15u);
  std::map<std::string, int> lines;
  for (const UncommonThing& thing : all) {
    EXPECT_GT(thing.lines, 0) << thing.file;
    lines[thing.kind + " " + thing.style] = thing.lines;
  }
  EXPECT_EQ(lines["frozen_layer eager"], 1);
  EXPECT_EQ(lines["frozen_layer lowlevel"], 1);
  EXPECT_EQ(lines["inner_value keras"], 2);
}

// --- Counting -------------------------------------------------------------------------------------------------------

TEST(Counting, CodeLines) {
  EXPECT_EQ(count_code_lines("// comment\n\n  \nint a;  // with code\n  // b\nint b;"), 2);
  EXPECT_EQ(count_code_lines(""), 0);
}

TEST(Glossary, IsInBothLanguages) {
  std::set<std::string> ids;
  for (const Concept& entry : glossary()) {
    EXPECT_TRUE(ids.insert(entry.id).second) << entry.id << " is there twice";
    EXPECT_FALSE(entry.name.en.empty()) << entry.id;
    EXPECT_FALSE(entry.explanation.zh.empty()) << entry.id;
    EXPECT_NE(entry.explanation.en, entry.explanation.zh);
  }
}

TEST(Glossary, UsesStandWhereTheySay) {
  for (const char* model : {"digits", "mlp", "cnn"})
    for (const ProgramSource& program : program_sources(model)) {
      std::vector<std::string> lines;
      std::istringstream stream(program.code);
      for (std::string line; std::getline(stream, line);) lines.push_back(line);
      for (const ConceptUse& use : program.uses) {
        ASSERT_LE(static_cast<std::size_t>(use.line), lines.size());
        const std::string& line = lines[static_cast<std::size_t>(use.line - 1)];
        ASSERT_LE(static_cast<std::size_t>(use.column + use.length), line.size());
        EXPECT_EQ(line.substr(0, static_cast<std::size_t>(use.column)).find("//"), std::string::npos) << line;
      }
      EXPECT_GT(program.concepts().size(), 10u) << program.file;
    }
}

TEST(Glossary, EachStyleHasItsOwnConcepts) {
  const std::vector<ProgramSource> programs = program_sources("cnn");
  const auto lowlevel = programs[0].concepts(), eager = programs[1].concepts(), keras = programs[2].concepts();
  EXPECT_THAT(lowlevel, testing::IsSupersetOf({"graph", "placeholder", "session", "variable", "minimize"}));
  EXPECT_THAT(eager, testing::IsSupersetOf({"module", "backward", "zero_grad", "optimizer_step"}));
  EXPECT_THAT(keras, testing::IsSupersetOf({"compile", "fit", "callback", "sequential"}));
  EXPECT_THAT(lowlevel, testing::Not(Contains("backward")));
  EXPECT_THAT(eager, testing::Not(Contains("session")));
  EXPECT_THAT(keras, testing::Not(Contains("backward")));
}

TEST(Glossary, EveryConceptIsUsed) {
  std::set<std::string> used;
  for (const char* model : {"digits", "mlp", "cnn"})
    for (const ProgramSource& program : program_sources(model))
      for (const std::string& id : program.concepts()) used.insert(id);
  for (const Concept& entry : glossary()) EXPECT_TRUE(used.contains(entry.id)) << entry.id;
}

TEST(Programs, OfOneModelHaveTheSameParts) {
  for (const char* model : {"mlp", "cnn"})
    for (const ProgramSource& program : program_sources(model))
      for (const char* part : {"Data", "Model", "Loss and optimizer", "Training", "Evaluation", "Weights"})
        EXPECT_THAT(program.code, HasSubstr(std::string("// -- ") + part + "\n")) << program.file;
}

TEST(Programs, OfTheFirstModelWereCompiled) {
  for (const ProgramSource& program : program_sources("digits")) EXPECT_GT(program.compile_seconds, 0) << program.file;
}

TEST(Folders, AreCountedAsTheyAre) {
  std::map<std::string, ApiFolder> folders;
  for (const ApiFolder& folder : api_folders()) folders[folder.folder] = folder;
  for (const auto& [name, folder] : folders) {
    int files = 0, code = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TRIPTYCH_SOURCE_DIR "/" + name)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      ++files;
      code += count_code_lines(text.str());
    }
    EXPECT_EQ(folder.files, files) << name;
    EXPECT_EQ(folder.code_lines, code) << name;
  }
  EXPECT_EQ(folders.at("src/api_eager").style, "eager");
  EXPECT_EQ(folders.at("include/triptych/core").style, "core");
}

// --- Calls ----------------------------------------------------------------------------------------------------------

TEST(Calls, LeadFromTheUsersLineToTheKernel) {
  std::map<std::string, CallChain> chains;
  for (CallChain& chain : call_chains()) chains[chain.style] = chain;
  ASSERT_EQ(chains.size(), 4u);
  EXPECT_THAT(chains["lowlevel"].line, HasSubstr("step(x, y)"));
  EXPECT_THAT(chains["eager"].line, HasSubstr("cross_entropy"));
  EXPECT_THAT(chains["keras"].line, HasSubstr("fit"));
  for (const auto& [style, chain] : chains) {
    EXPECT_EQ(chain.functions.back(), "kernel of cross_entropy") << style;
    for (const std::string& function : chain.functions)
      EXPECT_THAT(function, testing::Not(HasSubstr("std::"))) << style;
  }
  EXPECT_THAT(chains["lowlevel"].functions, Contains("Step::execute"));
  EXPECT_THAT(chains["eager"].functions, Contains("run_now"));
  EXPECT_THAT(chains["keras"].functions,
              testing::IsSupersetOf({"keras::Model::fit", "keras::Trainer::fit", "Step::execute"}));
  EXPECT_THAT(chains["keras_eager"].functions, testing::IsSupersetOf({"keras::Model::fit", "run_now"}));
  EXPECT_LT(chains["eager"].functions.size(), chains["keras"].functions.size());
}

TEST(Calls, ObjectsOfAStep) {
  std::map<std::string, StepObjects> objects;
  for (const StepObjects& o : step_objects()) objects[o.style] = o;
  ASSERT_EQ(objects.size(), 4u);
  // A compiled step records nothing; the tape has a node for each op that needs a gradient.
  EXPECT_EQ(objects["lowlevel"].nodes, 0);
  EXPECT_EQ(objects["keras"].nodes, 0);
  EXPECT_GE(objects["eager"].nodes, 4);  // two layers, relu, loss
  EXPECT_LT(objects["lowlevel"].tensors, objects["eager"].tensors);
  for (const auto& [style, o] : objects) {
    EXPECT_GT(o.kernel_launches, 0) << style;
    EXPECT_GE(o.allocations, o.tensors) << style;
  }
}

}  // namespace
