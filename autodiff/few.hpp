#pragma once
// Few: a list whose first elements live inside it, so that the short lists of a node cost no memory of their own.
#include <array>
#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

namespace gradpath {

/// A list of T with room for `Room` elements inside; a longer one moves to the heap.
template <class T, std::size_t Room>
class Few {
public:
    using value_type = T;

    Few() = default;
    /// The elements one by one, moved where they may be: an initializer list would copy them.
    template <class... Ts>
        requires(sizeof...(Ts) > 0 && (std::same_as<std::remove_cvref_t<Ts>, T> && ...))
    Few(Ts&&... elements) { (push_back(std::forward<Ts>(elements)), ...); }
    Few(std::vector<T> elements) {
        for (T& element : elements) push_back(std::move(element));
    }
    Few(const Few&) = default;
    Few& operator=(const Few&) = default;
    Few(Few&& other) noexcept
        : inside_(std::move(other.inside_)),
          outside_(std::move(other.outside_)),
          size_(std::exchange(other.size_, 0)) {}
    Few& operator=(Few&& other) noexcept {
        inside_ = std::move(other.inside_);
        outside_ = std::move(other.outside_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    ~Few() = default;

    void push_back(T element) {
        if (size_ < Room) inside_[size_] = std::move(element);
        else spill(std::move(element));
        ++size_;
    }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T* data() { return size_ <= Room ? inside_.data() : outside_.data(); }
    const T* data() const { return size_ <= Room ? inside_.data() : outside_.data(); }
    T* begin() { return data(); }
    T* end() { return data() + size_; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size_; }
    T& operator[](std::size_t i) { return data()[i]; }
    const T& operator[](std::size_t i) const { return data()[i]; }

private:
    void spill(T element) {
        if (size_ == Room)
            for (T& moved : inside_) outside_.push_back(std::move(moved));
        outside_.push_back(std::move(element));
    }

    std::array<T, Room> inside_{};
    std::vector<T> outside_;  ///< all of them, once they are more than Room
    std::size_t size_ = 0;
};

}  // namespace gradpath
