# Headers of the standard library, compiled once for all sources of a target: a small file then takes half the time. Sources
# still include what they use: a build with TRIPTYCH_PRECOMPILE=OFF (the preset `no-onednn`) tells where one does not.
option(TRIPTYCH_PRECOMPILE "Compile the standard library's headers once per target" ON)

set(standard_headers <algorithm> <array> <atomic> <bit> <cmath> <cstdint> <cstring> <deque> <fstream> <functional>
  <initializer_list> <limits> <map> <memory> <mutex> <numeric> <optional> <random> <set> <span> <sstream> <stdexcept> <string>
  <string_view> <thread> <tuple> <type_traits> <unordered_map> <unordered_set> <utility> <variant> <vector>)

# precompile_headers(TARGET [HEADER...]): the standard ones, and those given.
function(precompile_headers target)
  if(TRIPTYCH_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${standard_headers} ${ARGN})
  endif()
endfunction()

# reuse_headers(TARGET OTHER): those of OTHER, whose compile options are the same.
function(reuse_headers target other)
  if(TRIPTYCH_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${other})
  endif()
endfunction()
