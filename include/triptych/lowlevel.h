// The low-level style: a graph is built first, then a session runs it. One header is enough for a program.
#pragma once

#include "triptych/core.h"
#include "triptych/core/graph.h"
#include "triptych/lowlevel/graph.h"
#include "triptych/lowlevel/names.h"
#include "triptych/lowlevel/optimizer.h"
#include "triptych/lowlevel/session.h"
