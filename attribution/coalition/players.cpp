#include <gradpath/attribution/coalition/players.hpp>

#include <algorithm>
#include <array>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 4> names{"features", "patches", "grid", "block"};
constexpr const char* forms = "features patches:7x7 grid:4x4 block:K, or the player of every feature such as 0,0,1,2";

std::string sides(const Extent& e) { return text(e.height, "x", e.width); }

std::vector<Index> in_blocks(Index features, Index length) {
    std::vector<Index> of;
    for (Index i = 0; i < features; ++i) of.push_back(i / length);
    return of;
}

/// Player of each feature, where `down` and `across` tell the place of a pixel among the patches.
template <class Down, class Across>
std::vector<Index> in_plane(const Shape& row, Index columns, const Down& down, const Across& across) {
    const Index height = row[-2], width = row[-1];
    std::vector<Index> of;
    for (Index i = 0; i < row.size(); ++i) of.push_back(down(i / width % height) * columns + across(i % width));
    return of;
}

std::vector<Index> in_patches(const Shape& row, const Extent& side) {
    const Index columns = (row[-1] + side.width - 1) / side.width;
    return in_plane(
        row, columns, [&](Index y) { return y / side.height; }, [&](Index x) { return x / side.width; });
}

std::vector<Index> in_grid(const std::string& method, const Shape& row, const Extent& count) {
    const Index height = row[-2], width = row[-1];
    require(count.height <= height && count.width <= width, method, ": groups: a grid of ", sides(count),
            " needs at least as many pixels but the input has ", height, "x", width);
    return in_plane(
        row, count.width, [&](Index y) { return y * count.height / height; },
        [&](Index x) { return x * count.width / width; });
}

std::vector<Index> as_given(const std::string& method, const std::vector<Index>& given, Index features) {
    require<ShapeError>(static_cast<Index>(given.size()) == features, method, ": groups name the players of ",
                        static_cast<Index>(given.size()), " features but the input has ", features);
    const Index most = *std::max_element(given.begin(), given.end());
    for (const Index player : given) require(player >= 0, method, ": groups: players count from 0 but one is ", player);
    for (Index player = 0; player <= most; ++player)
        require(std::find(given.begin(), given.end(), player) != given.end(), method, ": groups: players are 0 .. ",
                most, " but ", player, " has no feature");
    return given;
}

}  // namespace

void parse_field(const std::string& what, std::string_view given, Extent& field) {
    if (given == "automatic") return void(field = {});
    const std::vector<std::string> parts = split(given, 'x');
    require(parts.size() <= 2, what, ": must be a length such as 7 or two such as 7x5 but is '", given, "'");
    field = {.height = parse_index(what, parts[0]), .width = parse_index(what, parts.back())};
    require(field.height >= 1 && field.width >= 1, what, ": sides must be at least 1 but are ", sides(field));
}

std::string field_text(const Extent& field) { return field == Extent{} ? "automatic" : sides(field); }

Groups parse_groups(std::string_view given) {
    if (!given.empty() && given.find_first_not_of("0123456789,") == given.npos) {
        Groups groups{.kind = Groups::Kind::given};
        for (const std::string& part : split(given, ',')) groups.given.push_back(parse_index("groups", part));
        return groups;
    }
    const auto colon = std::min(given.find(':'), given.size());
    const std::string name(given.substr(0, colon));
    const auto found = std::find(names.begin(), names.end(), name);
    const bool known = found != names.end() && (name == "features") == (colon == given.size());
    require(known, "groups: ", unknown(given, names, forms));
    Groups groups{.kind = static_cast<Groups::Kind>(found - names.begin())};
    if (groups.kind == Groups::Kind::features) return groups;
    const auto sizes = given.substr(colon + 1);
    parse_field("groups " + name, sizes, groups.extent);
    require(groups.kind != Groups::Kind::block || sizes.find('x') == sizes.npos,
            "groups block: must be one length such as block:3 but is '", given, "'");
    return groups;
}

std::string describe(const Groups& groups) {
    if (groups.kind == Groups::Kind::given) {
        std::vector<std::string> parts;
        for (const Index player : groups.given) parts.push_back(to_text(player));
        return joined(parts, ",");
    }
    const std::string& name = names[static_cast<std::size_t>(groups.kind)];
    if (groups.kind == Groups::Kind::features) return name;
    return name + ":" + (groups.kind == Groups::Kind::block ? to_text(groups.extent.width) : sides(groups.extent));
}

void parse_field(const std::string&, std::string_view given, Groups& field) { field = parse_groups(given); }

std::string field_text(const Groups& field) { return describe(field); }

Groups pixels_of(const Shape& row) {
    Groups groups{.kind = Groups::Kind::given};
    const Index pixels = row.rank() >= 2 ? row[-2] * row[-1] : row.size();
    for (Index i = 0; i < row.size(); ++i) groups.given.push_back(i % pixels);
    return groups;
}

Players players_of(const std::string& method, const Groups& groups, const Shape& row) {
    const bool plane = groups.kind == Groups::Kind::patches || groups.kind == Groups::Kind::grid;
    require<ShapeError>(!plane || row.rank() >= 2, method, ": groups ", describe(groups),
                        " need rows with two axes but they have shape ", row, "; use block:K");
    Players players;
    if (groups.kind == Groups::Kind::features) players.of = in_blocks(row.size(), 1);
    if (groups.kind == Groups::Kind::block) players.of = in_blocks(row.size(), groups.extent.width);
    if (groups.kind == Groups::Kind::patches) players.of = in_patches(row, groups.extent);
    if (groups.kind == Groups::Kind::grid) players.of = in_grid(method, row, groups.extent);
    if (groups.kind == Groups::Kind::given) players.of = as_given(method, groups.given, row.size());
    players.sizes.assign(static_cast<std::size_t>(*std::max_element(players.of.begin(), players.of.end()) + 1), 0);
    for (const Index player : players.of) ++players.sizes[static_cast<std::size_t>(player)];
    return players;
}

}  // namespace gradpath::attribution
