// JSON: expected texts are those of Python's json.dumps(value, separators=(",", ":"), ensure_ascii=False).
#include "core/formats/json.h"

#include <gtest/gtest.h>

#include <cmath>

using triptych::Json;
using triptych::JsonError;

namespace {

std::string error_of(const std::string& text) {
  try {
    Json::parse(text);
  } catch (const JsonError& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST(Json, WritesAsPython) {
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(1.0).dump(), "1.0");
  EXPECT_EQ(Json(-0.0).dump(), "-0.0");
  EXPECT_EQ(Json(1e-4).dump(), "0.0001");
  EXPECT_EQ(Json(1e-5).dump(), "1e-05");
  EXPECT_EQ(Json(123456789012345680.0).dump(), "1.2345678901234568e+17");
  EXPECT_EQ(Json(9007199254740993.0).dump(), "9007199254740992.0");
  EXPECT_EQ(Json(1e15).dump(), "1000000000000000.0");
  EXPECT_EQ(Json(1e16).dump(), "1e+16");
  EXPECT_EQ(Json(5e-324).dump(), "5e-324");
  EXPECT_EQ(Json(1.7976931348623157e308).dump(), "1.7976931348623157e+308");
  EXPECT_EQ(Json(std::vector<double>{NAN, INFINITY, -INFINITY}).dump(), "[NaN,Infinity,-Infinity]");
  EXPECT_EQ(Json(INT64_MIN).dump(), "-9223372036854775808");
  EXPECT_EQ(Json(UINT64_MAX).dump(), "18446744073709551615");
  EXPECT_EQ(Json("a\"\\\n\x01\x7f/ä").dump(), "\"a\\\"\\\\\\n\\u0001\x7f/ä\"");
  EXPECT_EQ(Json({{"a", 1}, {"b", {true, nullptr}}}).dump(", ", ": "), R"({"a": 1, "b": [true, null]})");
  EXPECT_EQ(Json({{{"a", 1}}}).dump(), R"([{"a":1}])");
  EXPECT_EQ(Json({{"a", 1, 2}}).dump(), R"([["a",1,2]])");
  EXPECT_THROW(Json("\xff").dump(), JsonError);
}

TEST(Json, ReadsWhatItWrites) {
  for (const char* text :
       {"null", "[]", "{}", "[true,false,null]", "{\"b\":1,\"a\":{\"c\":[1,-2,0.5,1e-07,\"x\"]}}",
        "[9223372036854775807,9223372036854775808,-9223372036854775808]", "[NaN,Infinity,-Infinity]", "5e-324"})
    EXPECT_EQ(Json::parse(text).dump(), text);
  EXPECT_EQ(Json::parse(" [ 1 , 2 ] \n").dump(), "[1,2]");
  EXPECT_EQ(Json::parse(R"("\u0041\ud83d\ude00\/\b")").text(), "A\xf0\x9f\x98\x80/\b");
  EXPECT_EQ(Json::parse("1e2").get<double>(), 100);
  EXPECT_EQ(Json::parse("123456789012345678901").get<double>(), 123456789012345678901.0);
}

TEST(Json, RefusesWhatIsNone) {
  EXPECT_EQ(error_of("[1,]"), "byte 3: no value");
  EXPECT_EQ(error_of("{\"a\":1,\"b\":2,\"a\":3}"), "byte 19: 'a' stands twice in an object");
  EXPECT_EQ(error_of(std::string(100000, '[')), "byte 201: nested deeper than 200");
  for (const char* text : {"",          "[",        "{",        "{\"a\"}",     "{\"a\":}",
                           "{1:2}",     "[1 2]",    "01",       "-",           "1.",
                           ".5",        "1e",       "1e400",    "tru",         "nulls",
                           "\"",        "\"\n\"",   "\"\\x\"",  "\"\\ud800\"", "\"\\udc00\"",
                           "\"\\u12\"", "\"\xff\"", "\"\xc3\"", "1 2",         "\xef\xbb\xbf[]"})
    EXPECT_NE(error_of(text), "read") << text;
}

TEST(Json, HoldsWhatIsAskedOf) {
  Json object;
  object["b"] = 1;
  object["a"].push_back("x");
  object["b"] = 300;
  EXPECT_EQ(object.dump(), R"({"b":300,"a":["x"]})");
  EXPECT_TRUE(object.contains("a"));
  EXPECT_FALSE(object.contains("c"));
  EXPECT_THROW(std::as_const(object)["c"], JsonError);
  EXPECT_THROW(object[0], JsonError);
  EXPECT_THROW(object["b"].get<std::int8_t>(), JsonError);
  EXPECT_THROW(object["b"].text(), JsonError);
  EXPECT_THROW(object["b"].push_back(1), JsonError);
  EXPECT_EQ(object["b"].get<double>(), 300);
  object.update({{"a", nullptr}, {"d", 4}});
  object.erase("b");
  EXPECT_EQ(object.dump(), R"({"a":null,"d":4})");
  EXPECT_TRUE(object == Json({{"a", nullptr}, {"d", 4}}));
}
