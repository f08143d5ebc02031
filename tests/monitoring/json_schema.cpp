#include "monitoring/json_schema.hpp"

#include <map>
#include <stdexcept>

namespace freshet::testing {

namespace {

using Json = nlohmann::json;

class Validator {
  public:
    explicit Validator(const Json& root) : root_(root) {}

    void check(const Json& value, const Json& schema, const std::string& place);
    std::vector<std::string> take_faults() { return std::move(faults_); }

  private:
    using Rule = void (Validator::*)(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    static const std::map<std::string, Rule>& rules();

    void fault(const std::string& place, const std::string& what) {
        faults_.push_back((place.empty() ? "/" : place) + ": " + what);
    }
    bool fits(const Json& value, const Json& schema) const;
    bool fits_type(const Json& value, const std::string& type) const;

    void ref(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void type(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void one_of_values(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void constant(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void limits(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void length(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void required(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void properties(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void nothing_else(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void items(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void all(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void condition(const Json& value, const Json& schema, const Json& rule, const std::string& place);
    void remark(const Json&, const Json&, const Json&, const std::string&) {}

    const Json& root_;
    std::vector<std::string> faults_;
};

const std::map<std::string, Validator::Rule>& Validator::rules() {
    static const std::map<std::string, Rule> table{
        {"$ref", &Validator::ref},
        {"type", &Validator::type},
        {"enum", &Validator::one_of_values},
        {"const", &Validator::constant},
        {"minimum", &Validator::limits},
        {"maximum", &Validator::limits},
        {"minLength", &Validator::length},
        {"required", &Validator::required},
        {"properties", &Validator::properties},
        {"additionalProperties", &Validator::nothing_else},
        {"items", &Validator::items},
        {"allOf", &Validator::all},
        {"if", &Validator::condition},
        {"then", &Validator::remark},  // of "if"
        {"else", &Validator::remark},
        {"title", &Validator::remark},
        {"$schema", &Validator::remark},
        {"$comment", &Validator::remark},
        {"$defs", &Validator::remark},
    };
    return table;
}

void Validator::check(const Json& value, const Json& schema, const std::string& place) {
    for (const auto& [keyword, rule] : schema.items()) {
        const auto found = rules().find(keyword);
        if (found == rules().end()) throw std::logic_error("the schema uses " + keyword + ", which nobody checks");
        (this->*found->second)(value, schema, rule, place);
    }
}

bool Validator::fits(const Json& value, const Json& schema) const {
    Validator trial(root_);
    trial.check(value, schema, "");
    return trial.faults_.empty();
}

bool Validator::fits_type(const Json& value, const std::string& type) const {
    if (type == "number") return value.is_number();
    if (type == "integer") return value.is_number_integer();
    return type == value.type_name();
}

void Validator::ref(const Json& value, const Json&, const Json& rule, const std::string& place) {
    check(value, root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), place);
}

void Validator::type(const Json& value, const Json&, const Json& rule, const std::string& place) {
    for (const auto& allowed : rule.is_array() ? rule : Json::array({rule})) {
        if (fits_type(value, allowed)) return;
    }
    fault(place, std::string("is a ") + value.type_name() + ", not " + rule.dump());
}

void Validator::one_of_values(const Json& value, const Json&, const Json& rule, const std::string& place) {
    for (const auto& allowed : rule) {
        if (value == allowed) return;
    }
    fault(place, value.dump() + " is none of " + rule.dump());
}

void Validator::constant(const Json& value, const Json&, const Json& rule, const std::string& place) {
    if (value != rule) fault(place, value.dump() + " is not " + rule.dump());
}

void Validator::limits(const Json& value, const Json& schema, const Json&, const std::string& place) {
    if (!value.is_number()) return;
    const double number = value;
    if (number < schema.value("minimum", number) || number > schema.value("maximum", number)) {
        fault(place, value.dump() + " is out of range");
    }
}

void Validator::length(const Json& value, const Json&, const Json& rule, const std::string& place) {
    if (value.is_string() && value.get<std::string>().size() < rule.get<std::size_t>()) fault(place, "is too short");
}

void Validator::required(const Json& value, const Json&, const Json& rule, const std::string& place) {
    for (const auto& name : rule) {
        if (value.is_object() && !value.contains(name.get<std::string>())) fault(place, "lacks " + name.dump());
    }
}

void Validator::properties(const Json& value, const Json&, const Json& rule, const std::string& place) {
    for (const auto& [name, schema] : rule.items()) {
        if (value.is_object() && value.contains(name)) check(value.at(name), schema, place + "/" + name);
    }
}

void Validator::nothing_else(const Json& value, const Json& schema, const Json& rule, const std::string& place) {
    if (rule != false || !value.is_object()) return;
    for (const auto& [name, ignored] : value.items()) {
        if (!schema.at("properties").contains(name)) fault(place, "has an unknown key " + name);
    }
}

void Validator::items(const Json& value, const Json&, const Json& rule, const std::string& place) {
    if (!value.is_array()) return;
    for (std::size_t i = 0; i < value.size(); ++i) check(value[i], rule, place + "/" + std::to_string(i));
}

void Validator::all(const Json& value, const Json&, const Json& rule, const std::string& place) {
    for (const auto& schema : rule) check(value, schema, place);
}

void Validator::condition(const Json& value, const Json& schema, const Json& rule, const std::string& place) {
    const std::string branch = fits(value, rule) ? "then" : "else";
    if (schema.contains(branch)) check(value, schema.at(branch), place);
}

}  // namespace

std::vector<std::string> schema_faults(const nlohmann::json& document, const nlohmann::json& schema) {
    Validator validator(schema);
    validator.check(document, schema, "");
    return validator.take_faults();
}

}  // namespace freshet::testing
