// The low-level style: a graph is built first, then a session runs it. One header is enough for a program.
#pragma once

#include "triptych/core.h"
#include "triptych/core/graph.h"
#include "triptych/lowlevel/checks.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/control_flow.h"
#include "triptych/lowlevel/function.h"
#include "triptych/lowlevel/functional.h"
#include "triptych/lowlevel/gradients.h"
#include "triptych/lowlevel/graph.h"
#include "triptych/lowlevel/names.h"
#include "triptych/lowlevel/optimizer.h"
#include "triptych/lowlevel/scatter.h"
#include "triptych/lowlevel/session.h"
#include "triptych/lowlevel/tensor_array.h"
#include "triptych/lowlevel/variable_scope.h"
#include "triptych/lowlevel/train.h"
