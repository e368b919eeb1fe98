module example.com/$name

go $go_version
