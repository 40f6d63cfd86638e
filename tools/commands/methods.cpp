// The registry, as text or JSON.
#include <gradpath/attribution/registry.hpp>

#include <nlohmann/json.hpp>

#include <gradpath/tools/commands/bibtex.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/comparison.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

Json method_json(const attribution::Method& method) {
    Json options = Json::array(), claims = Json::array(), citations = Json::array();
    for (const attribution::OptionInfo& o : method.options)
        options.push_back({{"name", o.name}, {"default", o.standard}, {"help", o.help}});
    for (const attribution::Claim claim : method.claims) claims.push_back(describe(claim));
    for (const attribution::Citation& c : method.citations)
        citations.push_back(
            {{"authors", c.authors}, {"title", c.title}, {"venue", c.venue}, {"year", c.year}, {"arxiv", c.arxiv}});
    return {{"name", method.name},       {"family", method.family},
            {"summary", method.summary}, {"baseline", method.takes_baseline},
            {"options", options},        {"claims", claims},
            {"citations", citations}};
}

std::string method_text(const attribution::Method& method) {
    std::string words = method.name + "  (" + method.family + ")\n" + wrapped(method.summary, 4);
    if (method.takes_baseline)
        words += "    --baseline " + method.standard_baseline + "  the input that stands for no information\n";
    for (const attribution::OptionInfo& o : method.options)
        words += "    --" + o.name + " " + o.standard + "  " + o.help + "\n";
    std::string claims;
    for (const attribution::Claim claim : method.claims) claims += (claims.empty() ? "" : ", ") + describe(claim);
    if (!claims.empty()) words += wrapped("claims " + claims, 4);
    for (const attribution::Citation& c : method.citations)
        words += wrapped(
            text(c.authors, " (", c.year, "). ", c.title, ". ", c.venue, c.arxiv.empty() ? "" : ", arXiv:" + c.arxiv),
            4);
    return words;
}

const char* words_of(Better better) {
    return better == Better::high ? "more is better" : better == Better::low ? "less is better" : "neither is better";
}

const char* words_of(Needs needs) {
    switch (needs) {
        case Needs::nothing: return "";
        case Needs::pictures: return "pictures";
        case Needs::region: return "--locate";
        case Needs::network: return "a network of ours";
        case Needs::players: return "few players";
        case Needs::many_rows: return "two rows";
    }
    return "";
}

Json measure_json(const Measure& m) {
    return {{"name", m.name},
            {"summary", m.words},
            {"better", m.better == Better::neither ? Json() : Json(m.better == Better::high ? "high" : "low")},
            {"interval", m.interval()},
            {"needs", words_of(m.needs)},
            {"curve", *m.across != 0},
            {"usual", m.usual}};
}

std::string measure_text(const Measure& m) {
    std::string facts = words_of(m.better);
    if (m.usual) facts += ", usual";
    if (m.needs != Needs::nothing) facts += text(", needs ", words_of(m.needs));
    return text(m.name, "  (", facts, ")\n") + wrapped(m.words, 4);
}

/// One after the other, as one document or as text with a line between.
template <class Item>
void print_list(const Common& common, const char* name, std::span<const Item> items, Json (*as_json)(const Item&),
                std::string (*as_text)(const Item&)) {
    Json list = Json::array();
    std::string words;
    for (const Item& item : items) {
        if (common.json) list.push_back(as_json(item));
        else words += (words.empty() ? "" : "\n") + as_text(item);
    }
    if (common.json) print_json(Json{{"schema", text("gradpath.", name, "/1")}, {name, list}});
    else print(words);
}

}  // namespace

Exit methods(Words words, const std::atomic<bool>&) {
    Common common;
    Arguments arguments("methods",
                        "Lists the attribution methods: name, family, options with defaults, claims, papers.",
                        "gradpath methods\ngradpath methods --json\ngradpath methods --cite >methods.bib\n"
                        "gradpath methods --metrics");
    bool cite = false, metrics = false;
    arguments.flag("--cite", cite, "the papers they come from, as BibTeX");
    arguments.flag("--metrics", metrics, "the figures that compare measures methods by, in their place");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require<UsageError>(common.out.empty(), "methods: it leaves no files: leave out --out");
    require<UsageError>(!cite || (!common.json && !metrics),
                        "methods: --cite gives BibTeX of the methods: leave out --json and --metrics");
    if (cite) return print(bibtex(attribution::methods())), Exit::fine;
    if (metrics) print_list(common, "metrics", measures(), measure_json, measure_text);
    else print_list(common, "methods", attribution::methods(), method_json, method_text);
    return Exit::fine;
}

}  // namespace gradpath::tools
