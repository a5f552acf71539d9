// The points of the comparison: each turns what was measured into claims with verdicts, tables and charts. A verdict is
// computed by the rule that its string "rule.ID" states.
#pragma once

#include "measured.h"
#include "report/report.h"

namespace triptych::compare {

/// Training in full: accuracy, loss curves, the same bits. Not one of the seven points, but what they stand on.
Point training_point(const Measured& measured);
Point architecture_point(const Measured& measured);
Point speed_point(const Measured& measured);
Point api_level_point(const Measured& measured);
Point beginner_point(const Measured& measured);
Point debugging_point(const Measured& measured);
Point popularity_point(const Measured& measured);
Point data_sets_point(const Measured& measured);

/// The points that were asked for, with everything.
Report make_report(const Measured& measured);

/// The ids that `--only` takes, in the order of the report.
const std::vector<std::string>& point_ids();

/// By at least a twentieth, and the quartiles do not overlap.
bool clearly_below(const Spread& a, const Spread& b);
Verdict verdict(const char* id, bool held, std::vector<Cell> measured);
Verdict untested(const char* id, const char* reason = "reason.not_measured");
inline Term style_term(const std::string& style) { return {"style." + style}; }
inline Term yes_no(bool value) { return {value ? "word.yes" : "word.no"}; }
inline Cell number(double value) { return value; }
inline Cell number(std::int64_t value) { return static_cast<double>(value); }
inline Cell number(std::size_t value) { return static_cast<double>(value); }
inline Cell number(int value) { return static_cast<double>(value); }

}  // namespace triptych::compare
