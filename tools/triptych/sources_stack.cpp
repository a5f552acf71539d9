#include "sources_stack.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <execinfo.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

namespace triptych::compare {
namespace {

/// The functions of one program or library: the first address of each, relative to where the file was loaded.
struct Symbol {
  std::uint64_t end;
  std::string name;
};
using Symbols = std::map<std::uint64_t, Symbol>;

template <class T>
T read_at(const std::string& file, std::uint64_t offset) {
  T value{};
  if (offset + sizeof value <= file.size()) std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

/// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.symtab.html
Symbols read_symbols(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), {}};
  Symbols symbols;
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) return symbols;
  const auto section = [&](std::uint64_t index) {
    return read_at<Elf64_Shdr>(file, header.e_shoff + index * header.e_shentsize);
  };
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr table = section(i);
    if (table.sh_type != SHT_SYMTAB) continue;
    const Elf64_Shdr names = section(table.sh_link);
    for (std::uint64_t at = table.sh_offset; at < table.sh_offset + table.sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = read_at<Elf64_Sym>(file, at);
      const std::uint64_t name = names.sh_offset + symbol.st_name;
      if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_size && name < file.size())
        symbols[symbol.st_value] = {symbol.st_value + symbol.st_size, file.c_str() + name};
    }
  }
  return symbols;
}

/// "a::(anonymous namespace)::f(int) const" as "a::f".
std::string without_parameters(std::string name) {
  for (const char* noise : {"(anonymous namespace)::", "triptych::", "[clone .isra.0]", "[clone .constprop.0]",
                            "[clone .part.0]", "[clone .cold]", "[abi:cxx11]"})
    for (std::size_t at = name.find(noise); at != std::string::npos; at = name.find(noise, at))
      name.erase(at, std::strlen(noise));
  if (const std::size_t close = name.rfind(')'); close != std::string::npos) {
    int depth = 0;
    for (std::size_t i = close + 1; i-- > 0;) {
      depth += name[i] == ')' ? 1 : name[i] == '(' ? -1 : 0;
      if (depth == 0) {
        name.resize(i);
        break;
      }
    }
  }
  // A template's name begins with what it returns.
  int depth = 0;
  for (std::size_t i = name.size(); i-- > 0;) {
    depth += name[i] == '>' ? 1 : name[i] == '<' ? -1 : 0;
    if (depth == 0 && name[i] == ' ') return name.substr(i + 1);
  }
  return name;
}

}  // namespace

std::vector<void*> stack_addresses() {
  std::vector<void*> addresses(128);
  addresses.resize(static_cast<std::size_t>(backtrace(addresses.data(), static_cast<int>(addresses.size()))));
  return addresses;
}

std::string function_at(void* address) {
  Dl_info info{};
  if (!dladdr(address, &info) || !info.dli_fname) return "?";
  static std::map<std::string, Symbols> files;
  auto found = files.find(info.dli_fname);
  if (found == files.end()) found = files.emplace(info.dli_fname, read_symbols(info.dli_fname)).first;
  // A return address is behind the call, which may be the last instruction of its function.
  const std::uint64_t place =
      reinterpret_cast<std::uint64_t>(address) - 1 - reinterpret_cast<std::uint64_t>(info.dli_fbase);
  const auto after = found->second.upper_bound(place);
  std::string name = info.dli_sname ? info.dli_sname : "";
  if (after != found->second.begin() && place < std::prev(after)->second.end) name = std::prev(after)->second.name;
  if (name.empty()) return "?";
  int status = 0;
  char* demangled = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  const std::string text = status == 0 ? demangled : name;
  std::free(demangled);
  return without_parameters(text);
}

}  // namespace triptych::compare
