#include <gradpath/tools/commands/bibtex.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace gradpath::tools {
namespace {

using attribution::Citation;

struct Paper {
    const Citation* citation;
    std::string methods;  ///< names of those that cite it
};

std::vector<Paper> papers_of(std::span<const attribution::Method> methods) {
    std::vector<Paper> papers;
    for (const attribution::Method& method : methods)
        for (const Citation& citation : method.citations) {
            const auto known =
                std::ranges::find(papers, citation.title, [](const Paper& p) { return p.citation->title; });
            if (known != papers.end()) known->methods += ", " + method.name;
            else papers.push_back({&citation, method.name});
        }
    return papers;
}

/// Letters and digits of ASCII, small; others are left out.
std::string plain(const std::string& words) {
    std::string out;
    for (const char c : words)
        if (std::isalnum(static_cast<unsigned char>(c)))
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string key_of(const Citation& c) {
    constexpr std::array<std::string_view, 4> small{"a", "an", "on", "the"};
    std::string name = c.authors.substr(0, c.authors.find(','));
    if (name.ends_with(" III")) name.resize(name.size() - 4);
    name = plain(name.substr(name.rfind(' ') + 1));
    std::string word;
    for (std::size_t at = 0; at < c.title.size();) {
        const std::size_t end = std::min(c.title.find_first_of(" -:", at), c.title.size());
        word = plain(c.title.substr(at, end - at));
        at = end + 1;
        if (!word.empty() && std::ranges::find(small, word) == small.end()) break;
    }
    return name + std::to_string(c.year) + word;
}

/// "A B, C D" as BibTeX wants it, "A B and C D".
std::string joined_by_and(std::string authors) {
    for (auto at = authors.find(", "); at != authors.npos; at = authors.find(", ", at)) authors.replace(at, 2, " and ");
    return authors;
}

std::string escaped(const std::string& words) {
    std::string out;
    for (const char c : words) {
        if (c == '&' || c == '%' || c == '#' || c == '_') out += '\\';
        out += c;
    }
    return out;
}

std::string field(const char* name, const std::string& value) {
    return value.empty() ? "" : std::string("  ") + name + " = {" + value + "},\n";
}

std::string entry(const Paper& paper) {
    const Citation& c = *paper.citation;
    return "% " + paper.methods + "\n@misc{" + key_of(c) + ",\n" + field("author", escaped(joined_by_and(c.authors))) +
           field("title", "{" + escaped(c.title) + "}") + field("howpublished", escaped(c.venue)) +
           field("year", std::to_string(c.year)) + field("eprint", c.arxiv) +
           (c.arxiv.empty() ? "" : field("archiveprefix", "arXiv")) + "}\n";
}

}  // namespace

std::string bibtex(std::span<const attribution::Method> methods) {
    std::string out;
    for (const Paper& paper : papers_of(methods)) out += (out.empty() ? "" : "\n") + entry(paper);
    return out;
}

}  // namespace gradpath::tools
