#include "triptych/eager/nn/container.h"

#include <algorithm>

#include "triptych/core/ops.h"

namespace triptych::eager::nn {

Lambda::Lambda(Options function, Location where) : options(std::move(function)) {
  if (!options)
    throw ArgumentError("Lambda", "the function is empty", "a default-constructed std::function", "", where);
}

// --- ModuleSequence -------------------------------------------------------------------------------------------------

std::size_t ModuleSequence::place(std::int64_t index, const char* function, Location where) const {
  const auto count = static_cast<std::int64_t>(size());
  if (index < -count || index >= count)
    throw ArgumentError(function, "there is no module at this index",
                        std::to_string(index) + " of " + std::to_string(count), "", where);
  return static_cast<std::size_t>(index < 0 ? index + count : index);
}

Module& ModuleSequence::at(std::int64_t index, Location where) const {
  return *children_[place(index, name().c_str(), where)].module;
}

void ModuleSequence::add_part(const Name& name, AnyModule part) {
  add_child(name, std::move(part.module_), part.cloner_);
}

ModuleSequence& ModuleSequence::append(AnyModule part) {
  const Name name = next_name(part.where_);
  add_part(name, std::move(part));
  return *this;
}

ModuleSequence& ModuleSequence::extend(std::initializer_list<AnyModule> parts) {
  for (const AnyModule& part : parts) append(part);
  return *this;
}

ModuleSequence& ModuleSequence::extend(const ModuleSequence& other) {
  const std::vector<Child> theirs = other.children_;
  for (const Child& child : theirs) add_child(next_name(child.module->made_at_), child.module, child.cloner);
  return *this;
}

void ModuleSequence::share(const detail::PartOf& part, ModuleSequence& other, bool renamed) const {
  const Frame frame(part.where);
  const Tensor places = arange(static_cast<std::int64_t>(size()))[Index(part.slice, part.where)];
  for (const std::int64_t i : places.to_vector<std::int64_t>()) {
    const Child& child = children_[static_cast<std::size_t>(i)];
    const Location where = child.module->made_at_;
    other.add_child(renamed ? other.next_name(where) : Name(child.name, where), child.module, child.cloner);
  }
}

void ModuleSequence::name_anew() {
  for (std::size_t i = 0; i < children_.size(); ++i)
    children_[i].name = children_[i].module->member_name_ = std::to_string(i);
}

ModuleSequence& ModuleSequence::insert(std::int64_t index, AnyModule part, Location where) {
  const auto count = static_cast<std::int64_t>(size());
  const std::size_t at = index == count ? size() : place(index, "insert", where);
  append(std::move(part));
  std::rotate(children_.begin() + static_cast<std::ptrdiff_t>(at), children_.end() - 1, children_.end());
  name_anew();
  return *this;
}

ModuleSequence& ModuleSequence::set(std::int64_t index, AnyModule part, Location where) {
  const std::string name = children_[place(index, "set", where)].name;
  replace_child(Name(name, part.where_), std::move(part.module_), part.cloner_);
  return *this;
}

std::shared_ptr<Module> ModuleSequence::pop(std::int64_t index, Location where) {
  const auto child = children_.begin() + static_cast<std::ptrdiff_t>(place(index, "pop", where));
  std::shared_ptr<Module> module = std::move(child->module);
  children_.erase(child);
  replaced_.push_back(module);
  name_anew();
  return module;
}

void ModuleSequence::clone_into(ModuleSequence& copy) const { copy.copy_from(*this); }

// --- Sequential, ModuleList -----------------------------------------------------------------------------------------

Sequential::Sequential(std::initializer_list<NamedPart> parts) {
  for (const NamedPart& part : parts) add_part(part.name, part.module);
}

std::shared_ptr<Sequential> Sequential::operator[](const detail::PartOf& part) const {
  auto some = std::make_shared<Sequential>();
  share(part, *some, false);
  return some;
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor value = x;
  for (std::size_t i = 0; i < children_.size(); ++i) {  // a part's hook may add others and take away its own
    const std::shared_ptr<Module> part = children_[i].module;
    value = part->run(value);
  }
  return value;
}

std::unique_ptr<Sequential> Sequential::clone() const {
  auto copy = std::make_unique<Sequential>();
  clone_into(*copy);
  return copy;
}

ModuleList::ModuleList(std::initializer_list<AnyModule> parts) { extend(parts); }

std::shared_ptr<ModuleList> ModuleList::operator[](const detail::PartOf& part) const {
  auto some = std::make_shared<ModuleList>();
  share(part, *some, true);
  return some;
}

std::string ModuleList::text() const {
  std::vector<std::string> texts;
  for (const Module* module : children()) texts.push_back(module->text());
  std::string lines;
  for (std::size_t first = 0, next; first < texts.size(); first = next) {
    for (next = first + 1; next < texts.size() && texts[next] == texts[first];) ++next;
    lines += "\n  (" + std::to_string(first);
    if (const std::size_t count = next - first; count > 1)
      lines += "-" + std::to_string(next - 1) + "): " + std::to_string(count) + " x ";
    else
      lines += "): ";
    for (const char c : texts[first]) lines += c == '\n' ? std::string("\n  ") : std::string(1, c);
  }
  return lines.empty() ? name() + "()" : name() + "(" + lines + "\n)";
}

std::unique_ptr<ModuleList> ModuleList::clone() const {
  auto copy = std::make_unique<ModuleList>();
  clone_into(*copy);
  return copy;
}

// --- ModuleDict -----------------------------------------------------------------------------------------------------

ModuleDict::ModuleDict(std::initializer_list<NamedPart> parts) { update(parts); }

Module& ModuleDict::at(Text key, Location where) const {
  if (Module* const child = find_child(key)) return *child;
  std::string all;
  for (const std::string& name : keys()) all += (all.empty() ? "'" : ", '") + name + "'";
  throw ArgumentError("ModuleDict", "there is no module of this key", "'" + std::string(key) + "'",
                      all.empty() ? "It is empty" : "There are " + all, where);
}

ModuleDict& ModuleDict::set(const Name& key, AnyModule part) {
  if (find_child(key.text))
    replace_child(key, std::move(part.module_), part.cloner_);
  else
    add_child(key, std::move(part.module_), part.cloner_);
  return *this;
}

ModuleDict& ModuleDict::update(std::initializer_list<NamedPart> parts) {
  for (const NamedPart& part : parts) set(part.name, part.module);
  return *this;
}

std::shared_ptr<Module> ModuleDict::pop(const Name& key) {
  at(key.text, key.where);
  const auto child =
      std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.name == key.text; });
  std::shared_ptr<Module> module = std::move(child->module);
  children_.erase(child);
  replaced_.push_back(module);
  return module;
}

void ModuleDict::clear() { children_.clear(); }

std::vector<std::string> ModuleDict::keys() const {
  std::vector<std::string> result;
  for (const Child& child : children_) result.push_back(child.name);
  return result;
}

std::unique_ptr<ModuleDict> ModuleDict::clone() const {
  auto copy = std::make_unique<ModuleDict>();
  copy->copy_from(*this);
  return copy;
}

}  // namespace triptych::eager::nn
