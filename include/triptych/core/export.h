// What the shared library shows: everything is hidden unless marked.
#pragma once

#define TRIPTYCH_API [[gnu::visibility("default")]]
