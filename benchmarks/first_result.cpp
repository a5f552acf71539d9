// The smallest program: what starting costs, in time and memory, is measured from outside (write_tables.py).
#include <iostream>

#include "triptych/eager.h"

int main() {
  const triptych::Tensor x = triptych::ones({2});
  std::cout << x + x << '\n';
}
