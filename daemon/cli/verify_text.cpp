#include "freshet/cli/verify_text.hpp"

#include <algorithm>

#include "freshet/cli/format.hpp"
#include "freshet/core/duration.hpp"

namespace freshet::cli {

namespace {

// One group as readers see it and as the query has it; at least one of the two is there.
struct Disagreement {
    Json key;
    Json published;
    Json expected;
};

// Numbers that a double may round become text: the difference may be in the last digit.
class ExactNumbers : public nlohmann::detail::json_sax_dom_parser<Json> {
  public:
    explicit ExactNumbers(Json& row) : json_sax_dom_parser(row) {}

    bool number_float(double, const std::string& digits) {
        std::string text = digits;
        return string(text);
    }
};

Json parse_row(const std::string& text) {
    Json row;
    ExactNumbers numbers(row);
    Json::sax_parse(text, &numbers);
    return row;
}

Json part_of(const Json& row, const std::vector<std::string>& keys) {
    Json part = Json::object();
    for (const auto& key : keys) {
        if (row.contains(key)) part[key] = row[key];
    }
    return part.empty() ? row : part;
}

// The two sides of one group, brought together by their key.
std::vector<Disagreement> pair_up(const VerifyReport& report) {
    std::vector<Disagreement> pairs;
    for (const auto& example : report.proof.examples) {
        const bool missing = example.side == "missing";
        const Json row = parse_row(example.row);
        const Json key = part_of(row, report.keys);
        auto place = std::find_if(pairs.begin(), pairs.end(), [&](const Disagreement& pair) {
            return pair.key == key && (missing ? pair.expected : pair.published).is_null();
        });
        if (place == pairs.end()) place = pairs.insert(place, Disagreement{key, Json(), Json()});
        (missing ? place->expected : place->published) = row;
    }
    return pairs;
}

std::string value_text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string key_text(const Json& key) {
    std::string text;
    for (const auto& [name, value] : key.items()) text += (text.empty() ? "" : " ") + name + "=" + value_text(value);
    return text;
}

std::string complaint(const Disagreement& pair) {
    if (pair.published.is_null()) return "missing from the view";
    if (pair.expected.is_null()) return "should not be in the view";
    std::string text;
    for (const auto& [name, value] : pair.expected.items()) {
        if (pair.published.value(name, Json()) == value) continue;
        text += (text.empty() ? "" : ", ") + name + " is " + value_text(pair.published.value(name, Json())) +
                ", should be " + value_text(value);
    }
    return text;
}

std::string verdict(const VerifyReport& report, Colour colour) {
    const auto& proof = report.proof;
    if (proof.differences == 0) return paint("OK", Style::good, colour);
    auto text = paint(counted(proof.differences, "differing row", "differing rows"), Style::bad, colour);
    if (proof.repair) text += ", repaired";
    return text;
}

Json examples_json(const VerifyReport& report) {
    Json examples = Json::array();
    for (const auto& pair : pair_up(report)) {
        examples.push_back({{"key", pair.key}, {"published", pair.published}, {"expected", pair.expected}});
    }
    return examples;
}

Json view_json(const VerifyReport& report) {
    const bool proven = report.error.empty();
    return {{"view", report.view},
            {"exact", proven ? Json(report.proof.differences == 0) : Json()},
            {"differing_rows", proven ? Json(report.proof.differences) : Json()},
            {"repaired", report.proof.repair.has_value()},
            {"as_of", proven ? moment_json(report.proof.as_of) : Json()},
            {"duration_seconds", std::chrono::duration<double>(report.duration).count()},
            {"error", proven ? Json() : Json(report.error)},
            {"examples", examples_json(report)}};
}

}  // namespace

std::vector<std::string> key_columns(const catalog::StoredView& view) {
    std::vector<std::string> names;
    for (const auto& output : view.program.columns) {
        if (output.kind == query::OutputKind::key) names.push_back(output.name);
    }
    return names;
}

std::string verify_text(const VerifyReport& report, Colour colour) {
    if (!report.error.empty()) {
        return report.view + ": " + paint("failed", Style::bad, colour) + ": " + report.error + "\n" +
               (report.hint.empty() ? "" : "hint: " + report.hint + "\n");
    }
    std::string text = report.view + ": " + verdict(report, colour) + ", as of " + local_moment(report.proof.as_of) +
                       ", in " + core::human_duration(report.duration) + "\n";
    for (const auto& pair : pair_up(report)) text += "  " + key_text(pair.key) + ": " + complaint(pair) + "\n";
    const auto shown = static_cast<std::int64_t>(report.proof.examples.size());
    if (report.proof.differences > shown) text += "  and " + grouped(report.proof.differences - shown) + " more\n";
    return text;
}

Json verify_json(const std::vector<VerifyReport>& reports) {
    Json views = Json::array();
    for (const auto& report : reports) views.push_back(view_json(report));
    return {{"exact", verify_code(reports) == ExitCode::done}, {"views", views}};
}

ExitCode verify_code(const std::vector<VerifyReport>& reports) {
    const auto failed = [](const VerifyReport& report) { return !report.error.empty(); };
    const auto drifted = [](const VerifyReport& report) { return report.proof.differences > 0; };
    if (std::any_of(reports.begin(), reports.end(), failed)) return ExitCode::failed;
    return std::any_of(reports.begin(), reports.end(), drifted) ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace freshet::cli
