// tf.cond, tf.case, tf.switch_case, tf.while_loop: the core's, under TensorFlow's namespace.
#pragma once

#include "triptych/core/control_flow.h"

namespace triptych::lowlevel {

using triptych::case_;
using triptych::cond;
using triptych::switch_case;
using triptych::while_loop;
using triptych::WhileOptions;

}  // namespace triptych::lowlevel
