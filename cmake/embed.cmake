# Writes OUTPUT, a C++ file that holds each of FILES as text under its name:
# cmake -DFILES="a.cpp;b.css" -DOUTPUT=embedded.cpp -P embed.cmake
set(text "#include \"embedded.h\"\n\nconst std::map<std::string, std::string>& embedded_files() {\n  static const std::map<std::string, std::string> files = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "      {\"${name}\", R\"__EMBED__(${content})__EMBED__\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n")
file(WRITE ${OUTPUT} "${text}")
