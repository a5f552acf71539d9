// Runs one planted bug under the sanitizer that this program is built with.
#include <cstdio>

#include "planted_bugs.h"

int main(int, char** arguments) { std::puts(run_planted_bug(arguments[1]).c_str()); }
