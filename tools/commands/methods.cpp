// The registry, as text or JSON.
#include <gradpath/attribution/registry.hpp>

#include <nlohmann/json.hpp>

#include <gradpath/tools/commands/bibtex.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
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

}  // namespace

Exit methods(Words words, const std::atomic<bool>&) {
    Common common;
    Arguments arguments("methods",
                        "Lists the attribution methods: name, family, options with defaults, claims, papers.",
                        "gradpath methods\ngradpath methods --json\ngradpath methods --cite >methods.bib");
    bool cite = false;
    arguments.flag("--cite", cite, "the papers they come from, as BibTeX");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    if (cite) return print(bibtex(attribution::methods())), Exit::fine;
    if (common.json) {
        Json list = Json::array();
        for (const attribution::Method& method : attribution::methods()) list.push_back(method_json(method));
        print_json(Json{{"schema", "gradpath.methods/1"}, {"methods", list}});
        return Exit::fine;
    }
    std::string text;
    for (const attribution::Method& method : attribution::methods())
        text += (text.empty() ? "" : "\n") + method_text(method);
    print(text);
    return Exit::fine;
}

}  // namespace gradpath::tools
