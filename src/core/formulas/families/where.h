// where: a choice moves bits, so it is written by width.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/where.h"

namespace triptych {

extern const Op where_op;

namespace family {

template <class Elements>
void where(const KernelCall& call) {
  visit_width(call.outputs[0].dtype(), [&](auto* type) {
    using Word = std::remove_pointer_t<decltype(type)>;
    Elements::template run<Word, bool, Word, Word>(call, formula::Choose());
  });
}

}  // namespace family

template <class Elements>
void register_where_family() {
  family::other<Elements, family::where<Elements>>(where_op);
}

}  // namespace triptych
