#include "core/formats/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "core/formats/npy_array.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

using Kind = PickleValue::Kind;

PickleRef made(Kind kind) {
  auto value = std::make_shared<PickleValue>();
  value->kind = kind;
  return value;
}

constexpr int deepest = 32;
/// What makes an array in NumPy's pickles, before its state is set.
constexpr std::array reconstruct{"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"};

class Machine {
 public:
  Machine(std::string_view bytes, const std::string& what, FileContext context)
      : bytes_(bytes), what_(what), context_(context) {}

  PickleRef run() {
    for (;;) {
      const unsigned char code = byte();
      if (code == '.') {
        PickleRef result = pop();
        if (!stack_.empty()) fail("it leaves more than one value");
        return result;
      }
      step(code);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw ArgumentError(context_.op, "the file is not a pickle of numbers, texts and arrays",
                        what_ + ", byte " + std::to_string(at_) + ": " + problem, "", context_.where);
  }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail("it ends too early");
    const std::string_view piece = bytes_.substr(at_, count);
    at_ += count;
    return piece;
  }
  unsigned char byte() { return static_cast<unsigned char>(take(1)[0]); }
  /// Little-endian.
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    const std::string_view piece = take(static_cast<std::uint64_t>(bytes));
    for (int i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(piece[static_cast<std::size_t>(i)]);
    return value;
  }
  std::string line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail("a name does not end");
    const std::string text(take(end - at_));
    ++at_;
    return text;
  }

  void push(PickleRef value) { stack_.push_back(std::move(value)); }
  void push_integer(std::int64_t integer) {
    PickleRef value = made(Kind::integer);
    value->integer = integer;
    push(std::move(value));
  }
  void push_text(std::string_view text, Kind kind = Kind::text) {
    PickleRef value = made(kind);
    value->text = text;
    push(std::move(value));
  }
  PickleRef pop() {
    if (stack_.empty() || !stack_.back()) fail("a value is missing");
    PickleRef value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  PickleValue& top() {
    if (stack_.empty() || !stack_.back()) fail("a value is missing");
    return *stack_.back();
  }
  /// All values after the last mark, which goes.
  std::vector<PickleRef> to_mark() {
    const auto mark = std::find(stack_.rbegin(), stack_.rend(), nullptr);
    if (mark == stack_.rend()) fail("a mark is missing");
    std::vector<PickleRef> values(mark.base(), stack_.end());
    stack_.erase(mark.base() - 1, stack_.end());
    return values;
  }

  /// `value` becomes a part of `whole`.
  void hold(PickleValue& whole, PickleValue& value) const {
    if (whole.held || &whole == &value) fail("a value changes that is a part of another one");
    value.held = true;
    whole.depth = std::max(whole.depth, value.depth + 1);
    if (whole.depth > deepest) fail("values are nested too deep");
  }
  void append(PickleValue& list, PickleRef value) const {
    hold(list, *value);
    if (value->kind == Kind::integer && list.items.empty()) {
      list.whole.push_back(value->integer);
      return;
    }
    for (const std::int64_t integer : std::exchange(list.whole, {})) {
      PickleRef item = made(Kind::integer);
      item->integer = integer;
      list.items.push_back(std::move(item));
    }
    list.items.push_back(std::move(value));
  }
  void append_all(std::vector<PickleRef> values) {
    PickleValue& list = top();
    if (list.kind != Kind::list) fail("what is appended to is no list");
    for (PickleRef& value : values) append(list, std::move(value));
  }
  void set_items(const std::vector<PickleRef>& values) {
    PickleValue& dict = top();
    if (dict.kind != Kind::dict || values.size() % 2 != 0) fail("what is set an entry of is no dictionary");
    for (std::size_t i = 0; i < values.size(); i += 2) {
      hold(dict, *values[i]);
      hold(dict, *values[i + 1]);
      dict.entries.emplace_back(values[i], values[i + 1]);
    }
  }
  void push_list(std::vector<PickleRef> values) {
    push(made(Kind::list));
    append_all(std::move(values));
  }
  std::vector<PickleRef> pop_several(int count) {
    std::vector<PickleRef> values(static_cast<std::size_t>(count));
    for (int i = count; i-- > 0;) values[static_cast<std::size_t>(i)] = pop();
    return values;
  }

  void remember(std::uint64_t place) {
    top();
    memo_[place] = stack_.back();
  }
  void recall(std::uint64_t place) {
    const auto found = memo_.find(place);
    if (found == memo_.end()) fail("it recalls what it did not keep");
    push(found->second);
  }

  /// Of the functions of NumPy's own pickles, what they would make.
  void reduce() {
    const PickleRef arguments = pop(), function = pop();
    const std::string& name = function->text;
    if (function->kind == Kind::name && std::find(reconstruct.begin(), reconstruct.end(), name) != reconstruct.end())
      return push(made(Kind::array));
    if (function->kind == Kind::name && name == "numpy.dtype" && !arguments->items.empty()) {
      return push_text(arguments->items[0]->text, Kind::name);  // "f8", "O8"; `build` sets its byte order
    }
    if (function->kind == Kind::name && name == "_codecs.encode" && !arguments->items.empty())
      return push_text(bytes_of(arguments->items[0]->text));
    fail("it calls '" + printable(name) + "'");
  }
  /// Latin-1, of which Python made text.
  std::string bytes_of(const std::string& utf8) const {
    std::string bytes;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
      const auto first = static_cast<unsigned char>(utf8[i]);
      if (first < 0x80) {
        bytes += utf8[i];
      } else if ((first == 0xc2 || first == 0xc3) && i + 1 < utf8.size()) {
        bytes += static_cast<char>((first & 3) << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3f));
      } else {
        fail("text that stands for bytes has other letters than Latin-1's");
      }
    }
    return bytes;
  }
  void build() {
    const PickleRef state = pop();
    PickleValue& object = top();
    if (object.kind == Kind::name) {  // a dtype: (version, byte order, ...)
      if (state->items.size() < 2) fail("a dtype's state is too short");
      const std::string& order = state->items[1]->text;
      if (order.size() == 1 && object.text.find_first_of("<>|=") == std::string::npos)
        object.text = order + object.text;
      return;
    }
    if (object.kind != Kind::array || state->items.size() != 5)
      fail("it sets the state of something else than an array");
    const PickleValue &shape = *state->items[1], &dtype = *state->items[2], &fortran = *state->items[3],
                      &data = *state->items[4];
    if (shape.kind != Kind::list || !shape.items.empty() || dtype.kind != Kind::name)
      fail("an array has neither a shape nor a dtype");
    if (dtype.text.find('O') != std::string::npos) {
      if (data.kind != Kind::list) fail("an array of objects has none");
      hold(object, *state);
      object.items = data.items;
      if (!data.whole.empty()) fail("an array of objects holds numbers");
      return;
    }
    if (data.kind != Kind::text) fail("an array has no bytes");
    const NpyLayout layout{.descr = dtype.text, .fortran_order = fortran.integer != 0, .shape = shape.whole};
    object.array = npy_elements(layout, in_memory(data.text), what_, context_);
  }

  void step(unsigned char code);

  std::string_view bytes_;
  const std::string& what_;
  FileContext context_;
  std::size_t at_ = 0;
  std::vector<PickleRef> stack_;  // null: a mark
  std::unordered_map<std::uint64_t, PickleRef> memo_;
};

void Machine::step(unsigned char code) {
  switch (code) {
    case 0x80:  // PROTO
      byte();
      return;
    case 0x95:  // FRAME
      number(8);
      return;
    case '(':
      stack_.push_back(nullptr);
      return;
    case 'N':
      return push(made(Kind::none));
    case 0x88:  // NEWTRUE
    case 0x89: {
      PickleRef value = made(Kind::boolean);
      value->integer = code == 0x88;
      return push(std::move(value));
    }
    case 'K':
      return push_integer(static_cast<std::int64_t>(number(1)));
    case 'M':
      return push_integer(static_cast<std::int64_t>(number(2)));
    case 'J':
      return push_integer(static_cast<std::int32_t>(number(4)));
    case 0x8a: {  // LONG1: two's complement
      const auto length = static_cast<int>(number(1));
      if (length > 8) fail("an integer of more than 64 bits");
      const std::uint64_t value = number(length);
      const int unused = 64 - 8 * length;
      return push_integer(length == 0 ? 0 : static_cast<std::int64_t>(value << unused) >> unused);
    }
    case 'G': {  // BINFLOAT: big-endian
      std::uint64_t bits = 0;
      for (const char piece : take(8)) bits = bits << 8 | static_cast<unsigned char>(piece);
      PickleRef value = made(Kind::number);
      value->number = std::bit_cast<double>(bits);
      return push(std::move(value));
    }
    case 'X':  // texts, and bytes
    case 'T':
    case 'B':
      return push_text(take(number(4)));
    case 'U':
    case 'C':
    case 0x8c:
      return push_text(take(number(1)));
    case 0x8d:
    case 0x8e:
      return push_text(take(number(8)));
    case ']':
    case ')':
      return push(made(Kind::list));
    case '}':
      return push(made(Kind::dict));
    case 'a':
      return append_all(pop_several(1));
    case 'e':
      return append_all(to_mark());
    case 's':
      return set_items(pop_several(2));
    case 'u':
      return set_items(to_mark());
    case 't':
      return push_list(to_mark());
    case 0x85:
    case 0x86:
    case 0x87:
      return push_list(pop_several(code - 0x84));
    case 'q':
      return remember(number(1));
    case 'r':
      return remember(number(4));
    case 0x94:  // MEMOIZE
      return remember(memo_.size());
    case 'h':
      return recall(number(1));
    case 'j':
      return recall(number(4));
    case 'c': {
      const std::string module = line();
      return push_text(module + "." + line(), Kind::name);
    }
    case 0x93: {  // STACK_GLOBAL
      const PickleRef name = pop(), module = pop();
      return push_text(module->text + "." + name->text, Kind::name);
    }
    case 'R':
      return reduce();
    case 'b':
      return build();
    default:
      fail("an instruction that data do not need, " + std::to_string(code));
  }
}

}  // namespace

const PickleValue* PickleValue::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name->kind == Kind::text && name->text == key) return value.get();
  return nullptr;
}

PickleRef read_pickle(std::string_view bytes, const std::string& what, FileContext context) {
  return Machine(bytes, what, context).run();
}

}  // namespace triptych
