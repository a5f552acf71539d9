// What the sources under examples/ say about the three styles. They are embedded in the program when it is built,
// together with what the compiler said then, and are counted and run here: nothing of this is written by hand as if
// measured.
#pragma once

#include <string>
#include <vector>

namespace triptych::compare {

/// A text of the report, in both of its languages.
struct Text {
  std::string en, zh;
};

/// A planted mistake as one style's user meets it: made and caught now (compile errors: recorded when the program was
/// built).
struct PlantedMistake {
  std::string kind;   // "wrong_shape"
  Text title;         // "The layers' sizes do not fit"
  std::string style;  // "lowlevel", "eager", "keras"
  /// "compile", "build" (of graph, module or model), "first_step", "training" (later), "never".
  std::string caught = {};
  std::string message = {};  // as the user sees it; for "never" what is seen instead
  Text note = {};            // may be empty
  std::string file = {};     // below examples/
  std::string code = {};     // of the whole file, with `// <- mistake` at the guilty line
  int guilty_line = 0;
  int reported_line = 0;  // of the lines of this file that the message names the nearest to it; 0: none
  /// Lines from the reported to the guilty one; -1: none was reported.
  int distance() const {
    if (reported_line == 0) return -1;
    return reported_line < guilty_line ? guilty_line - reported_line : reported_line - guilty_line;
  }
};

/// One line of a diff: ' ' in both, '-' only before, '+' only after.
struct DiffLine {
  char sign = ' ';
  std::string text;
};

/// A change to a style's base program, as a diff (longest common subsequence of lines) between two sources that are
/// built and run by the tests.
struct Edit {
  std::string kind;  // "dropout", "loss", "metric", "batch", "save"
  Text title;
  std::string style, before = {}, after = {};  // the files, below examples/
  int added = 0, removed = 0;                  // lines of code
  std::vector<DiffLine> diff = {};             // with three lines of context; "..." where lines are left out
};

/// Something that not every program does, and the lines that it takes: those between `// begin` and `// end`.
struct UncommonThing {
  std::string kind;  // "custom_gradient", "two_losses", "frozen_layer", "own_loop", "inner_value"
  Text title;
  std::string style, file = {}, code = {};
  int lines = 0;  // of code
};

/// An entry of the glossary.
struct Concept {
  std::string id;  // "session"; for links
  Text name, explanation;
};

/// Where a program uses a concept.
struct ConceptUse {
  std::string id;
  int line = 0, column = 0, length = 0;  // line from 1, column from 0, in bytes
};

/// One of the programs of examples/equal/ or of the base programs of the edits.
struct ProgramSource {
  std::string name;   // "mlp", "cnn", "digits"
  std::string style;  // "lowlevel", "eager", "keras"
  std::string file = {}, code = {};
  int lines = 0;                              // of code: neither blank nor comment
  double compile_seconds = 0;                 // of the processor, when `triptych` was built; 0: not measured
  std::vector<ConceptUse> uses = {};          // in the order of the text
  std::vector<std::string> concepts() const;  // the ids, each once, in the order of their first use
};

/// A folder of the library, counted when the program was built.
struct ApiFolder {
  std::string folder;  // "include/triptych/eager"
  std::string style;   // "lowlevel", "eager", "keras", "core"
  int files = 0, lines = 0, code_lines = 0;
};

/// The functions that are on the stack from the user's line down to the kernel, outermost first, recorded now.
struct CallChain {
  std::string style;  // also "keras_eager"
  std::string line;   // the user's
  std::vector<std::string> functions;
};

/// What one training step of a small network makes, in the steady state, counted now: allocations are those of tensors,
/// nodes and buffers.
struct StepObjects {
  std::string style;  // also "keras_eager"
  double tensors = 0, nodes = 0, allocations = 0, kernel_launches = 0;
};

std::vector<PlantedMistake> planted_mistakes();
/// Those that no style finds by itself, with what each has for looking switched on.
std::vector<PlantedMistake> checked_mistakes();
std::vector<Edit> edits();
std::vector<UncommonThing> uncommon_things();
const std::vector<Concept>& glossary();
/// In three styles: "mlp" or "cnn" of examples/equal/, or "digits", the first model that a newcomer trains, which the
/// edits start from.
std::vector<ProgramSource> program_sources(const std::string& model);
std::vector<ApiFolder> api_folders();
std::vector<CallChain> call_chains();
std::vector<StepObjects> step_objects();

/// Lines that are neither blank nor only a comment.
int count_code_lines(const std::string& code);
/// The shortest diff by lines.
std::vector<DiffLine> diff_lines(const std::string& before, const std::string& after);

}  // namespace triptych::compare
